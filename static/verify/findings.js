// What was checked and what differs: every check by name, true, false, or null where there is nothing to check.
import { SAYINGS } from "./words.js";

const MOST = 100;    // failures of one check; the rest is counted

export class Findings {
  #failures = new Map();
  #uncounted = new Map();

  constructor(...checks) {
    this.checks = Object.fromEntries(checks.map((check) => [check, null]));
  }

  get ok() { return !Object.values(this.checks).includes(false); }

  /** There is something to check; it holds until something fails. */
  begin(...checks) {
    for (const check of checks) this.checks[check] ??= true;
  }

  fail(check, where, saying, details = {}) {
    this.checks[check] = false;
    const failures = this.#failures.get(check) ?? [];
    this.#failures.set(check, failures);
    if (failures.length < MOST) failures.push({ check, where, saying, details });
    else this.#uncounted.set(check, (this.#uncounted.get(check) ?? 0) + 1);
  }

  /** What another look at the same checks has found. */
  takeOver(other) {
    for (const failures of other.#failures.values()) {
      for (const { check, where, saying, details } of failures) this.fail(check, where, saying, details);
    }
    for (const [check, count] of other.#uncounted) {
      this.#uncounted.set(check, (this.#uncounted.get(check) ?? 0) + count);
    }
  }

  /** What differs, check by check: {check, where, saying, details}. */
  get failures() {
    return Object.keys(this.checks).flatMap((check) => {
      const count = this.#uncounted.get(check);
      const more = count ? [{ check, where: "", saying: "more", details: { count } }] : [];
      return [...this.#failures.get(check) ?? [], ...more];
    });
  }
}

/** A failure in the words of people; `language` is "en" or "zh". */
export const said = ({ saying, details }, language) =>
  SAYINGS[saying][language === "en" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => String(details[name]));
