// The check `draw` of a bundle: one freeze, one transcript of it, whose six checks hold.
import { Reader } from "./fields.js";
import { read, recompute } from "./jdraw.js";
import { shown } from "./sale.js";
import { FormatError, canonicalText } from "./strictjson.js";

const STEPS = ["draw.frozen", "draw.done"];

/** What the leaves of a draw tell together. */
export class DrawStory {
  outcome = null;
  #steps = [];

  constructor(subject, findings) {
    this.subject = subject;
    this.findings = findings;
  }

  take(leaf) {
    if (STEPS.includes(leaf.kind)) this.#steps.push(leaf);
  }

  async end() {
    this.findings.begin("draw");
    if (this.#steps.map((leaf) => leaf.kind).join() !== STEPS.join()) {
      this.findings.fail("draw", this.subject, "draw_leaves");
      return;
    }
    try {
      await this.#check(...this.#steps);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.findings.fail("draw", this.#steps[1].where, "body", { field: error.field, problem: error.problem });
    }
  }

  async #check(frozen, done) {
    const open = { openEnded: true };
    const freeze = new Reader(frozen.body, "body").members(["freeze"], open).at("freeze");
    const transcript = new Reader(done.body, "body").members(["transcript"], open).at("transcript");
    const fail = (leaf, saying, details) => this.findings.fail("draw", leaf.where, saying, details);
    freeze.members(["draw_id"], open);
    if (freeze.at("court").value === null || freeze.at("roles").value === null) fail(frozen, "draw_open");
    const { value: id } = freeze.at("draw_id");
    if (`draw:${id}` !== this.subject || typeof id !== "string") fail(frozen, "draw_id", { given: shown(id) });
    const again = transcript.members(["freeze"], open).at("freeze").value;
    if (canonicalText(again) !== canonicalText(freeze.value)) fail(done, "draw_freeze");
    const { checks } = await recompute(read(transcript.value));
    for (const [name, holds] of Object.entries(checks)) if (!holds) fail(done, "draw_check", { name });
  }
}
