// The check `plan` of a bundle: the plan opened is the one that was served last, and the one that the rules give.
import { lp, toHex, utf8 } from "./bytes.js";
import { readClaims } from "./claims.js";
import { sha256 } from "./crypto.js";
import { Reader } from "./fields.js";
import { compute } from "./plan.js";
import { canonicalText } from "./strictjson.js";

const SALT_BYTES = 32;

/** The member-checked plan.json. @throws {FormatError} it is none. */
export function readPlanOpening(value) {
  const opening = new Reader(value, "plan.json").members(["salt", "claims", "plan"]);
  opening.at("salt").hexadecimal(SALT_BYTES);
  readClaims(opening.at("claims").value, "plan.json.claims");
  opening.at("plan").members(["format"], { openEnded: true }).at("format").choice("plan/v1");
  opening.at("claims").canonical();
  opening.at("plan").canonical();
  return opening;
}

/** What the leaves of a plan tell together; `opening` is null where the bundle opens none. */
export class PlanStory {
  outcome = null;
  #opening;
  #served = null;

  constructor(subject, findings, opening) {
    this.subject = subject;
    this.findings = findings;
    this.#opening = opening;
  }

  take(leaf) {
    if (leaf.kind === "plan.served") this.#served = leaf;
  }

  async end() {
    if (!this.#opening) return;
    this.findings.begin("plan");
    const [claims, plan] = ["claims", "plan"].map((name) => canonicalText(this.#opening.at(name).value));
    if (!this.#served) {
      this.findings.fail("plan", this.subject, "no_plan_served");
    } else {
      const salt = this.#opening.at("salt").hexadecimal(SALT_BYTES);
      const commitment = await sha256(lp("jauc/v1/plan", this.subject, salt, utf8(claims), utf8(plan)));
      if (this.#served.body.get("plan_commitment") !== toHex(commitment)) {
        this.findings.fail("plan", "plan.json", "plan_commitment");
      }
    }
    const computed = compute(this.#opening.at("claims").value, "plan.json.claims");
    if (canonicalText(computed) !== plan) this.findings.fail("plan", "plan.json", "plan_rules");
  }
}

