// claims/v1 -> plan/v1 (docs/contracts.md): who gets what of the proceeds, to the fen. Pure; fen are BigInts inside.
import { CLASSES, readClaims } from "./claims.js";
import { plain } from "./replay.js";

const PERCENT = 100_000_000n;    // millionths of a percent in the whole
const SECURED = [3, 4, 5, 6];
const INTEREST = 10;

const sum = (values) => values.reduce((total, value) => total + value, 0n);
const least = (one, other) => (one < other ? one : other);
const most = (one, other) => (one > other ? one : other);
const divisor = (one, other) => (other === 0n ? one : divisor(other, one % other));

function fraction(over, under) {
  const common = divisor(over, under);
  return `${over / common}/${under / common}`;
}

/** Money split by weights; the fen left over go to the greatest remainders, of equal ones to the first. */
function largestRemainder(money, weights) {
  const total = sum(weights);
  const shares = weights.map((weight) => money * weight / total);
  const left = Number(money - sum(shares));
  const order = weights.map((weight, i) => [money * weight % total, i])
    .sort(([one, i], [other, j]) => (one === other ? i - j : one > other ? -1 : 1));
  for (const [, i] of order.slice(0, left)) shares[i] += 1n;
  return shares;
}

/** Claims in groups of one instant, earlier first, those without any last. */
function byInstant(claims, instantOf) {
  const groups = new Map();
  for (const claim of claims) {
    const at = instantOf(claim) ?? Infinity;
    groups.set(at, [...groups.get(at) ?? [], claim]);
  }
  return [...groups].sort(([one], [other]) => (one === other ? 0 : one - other)).map(([, group]) => group);
}

/** The rights over one asset in their order; tax arrears before the first right that was set up later. */
function ranksOfRights(claims) {
  const of = (kind) => byInstant(claims.filter((claim) => claim.kind === kind), (claim) => claim.registeredAt);
  const ranks = ["retention", "purchase_money", "security"].flatMap(of);
  for (const arrears of of("tax_arrears")) {
    const place = ranks.findIndex(([right]) => right.kind !== "tax_arrears"
      && (right.registeredAt ?? Infinity) > arrears[0].registeredAt);
    ranks.splice(place < 0 ? ranks.length : place, 0, arrears);
  }
  return ranks;
}

const stepOf = (claim) => CLASSES[claim.kind][0];
const basisOf = (claim) => CLASSES[claim.kind][1];
const hasTitle = (claim) => claim.titled || claim.unadjudged;
/** An ordinary claim, or the rest of one that had its turn in steps 3 to 6. */
const takesAmongOrdinary = (claim) => claim.kind === "ordinary"
  || (SECURED.includes(stepOf(claim)) && claim.kind !== "tax_arrears");

/** What a claim asks for when its turn comes at this step. */
function dueOf(claim, step) {
  if (step === INTEREST) return claim.doubled;
  if (!SECURED.includes(step) || claim.cap === null) return claim.owed;
  return most(0n, claim.owed - most(0n, claim.amount - claim.cap));
}

/** The proceeds on their way down the ladder of steps; every payment leaves a line. */
class Waterfall {
  constructor({ bySeizure, assets, costs, reserves, claims }) {
    Object.assign(this, { bySeizure, assets, costs, reserves });
    this.listed = claims;
    this.claims = claims.filter((claim) => !claim.late);
    this.left = new Map(assets.map((asset) => [asset.id, asset.proceeds]));
    this.lines = [];
  }

  plan() {
    this.payCosts();
    for (const asset of this.assets) this.paySecured(asset);
    let pool;
    if (this.bySeizure) {
      for (const [id, money] of this.left) this.left.set(id, this.payUnsecured(id, money));
      pool = sum([...this.left.values()]);
    } else {
      pool = this.payUnsecured(null, sum([...this.left.values()]));
    }
    pool = this.share(INTEREST, "PRI-10", null, this.claims.filter(hasTitle), pool);
    pool = this.share(11, "PRI-11", null, this.of("fine"), pool);
    this.listWhatTakesNothing();
    const total = sum(this.assets.map((asset) => asset.proceeds));
    return { format: "plan/v1", lines: this.lines, surplus_fen: plain(pool), total_fen: plain(total) };
  }

  of(...kinds) { return this.claims.filter((claim) => kinds.includes(claim.kind)); }

  write({ id, creditor, step, asset, due, basis, paid = 0n, reserved = 0n, reward = 0n, exact = null, reason = null }) {
    const got = paid + reserved + reward;
    this.lines.push({
      id, creditor, step, asset, due_fen: plain(due), paid_fen: plain(paid), reserved_fen: plain(reserved),
      reward_fen: plain(reward), unpaid_fen: plain(due - got), exact: exact ?? `${got}/1`, basis, reason,
    });
  }

  /** Step 1: each asset's own costs, then the common ones over what the assets have left. */
  payCosts() {
    for (const cost of this.costs.filter((one) => one.asset !== null)) this.payCost(cost, cost.asset, cost.amount);
    for (const cost of this.costs.filter((one) => one.asset === null)) {
      const left = [...this.left.values()];
      if (sum(left) === 0n) {
        this.write({ id: cost.id, creditor: cost.advancedBy, step: 1, asset: null, due: cost.amount, basis: "PRI-01" });
      } else {
        const parts = largestRemainder(cost.amount, left);
        [...this.left.keys()].forEach((asset, i) => this.payCost(cost, asset, parts[i]));
      }
    }
  }

  payCost(cost, asset, due) {
    const paid = least(due, this.left.get(asset));
    this.left.set(asset, this.left.get(asset) - paid);
    if (due) this.write({ id: cost.id, creditor: cost.advancedBy, step: 1, asset, due, basis: "PRI-01", paid });
  }

  /** Steps 2 to 6: what comes before all others out of this asset. */
  paySecured(asset) {
    let money = this.left.get(asset.id);
    for (const { id, basis, amount } of this.reserves.filter((reserve) => reserve.asset === asset.id)) {
      const reserved = least(amount, money);
      money -= reserved;
      this.write({ id, creditor: null, step: 2, asset: asset.id, due: amount, basis, reserved });
    }
    const here = this.claims.filter((claim) => claim.asset === null || claim.asset === asset.id);
    for (const kind of ["medical", "housing_consumer", "construction"]) {
      const part = kind === "construction" ? money * asset.works / PERCENT : money;    // of the works, not of the land
      const group = here.filter((claim) => claim.kind === kind);
      money += this.share(...CLASSES[kind], asset.id, group, part) - part;
    }
    for (const group of ranksOfRights(here)) money = this.share(6, basisOf(group[0]), asset.id, group, money);
    this.left.set(asset.id, money);
  }

  /** Steps 7 to 9 out of one asset, or (null) the pool of all; returns what is left. */
  payUnsecured(asset, money) {
    const steps = [[7, "PRI-07", this.of("wages")], [8, "PRI-08", this.of("tax", "tax_arrears")],
      [9, "PRI-03", this.of("restitution").filter(hasTitle)]];
    const ordinary = this.claims.filter((claim) => hasTitle(claim) && takesAmongOrdinary(claim));
    const ranks = asset === null ? [ordinary] : byInstant(ordinary, (claim) => claim.seizedAt.get(asset));
    for (const group of ranks) steps.push([9, "PRI-09", group]);
    return steps.reduce((rest, [step, basis, group]) => this.share(step, basis, asset, group, rest), money);
  }

  /** Pay a group of one rank, pro rata if the money does not suffice; returns what is left. */
  share(step, basis, asset, group, money) {
    const asking = group.filter((claim) => dueOf(claim, step) > 0n);
    const dues = asking.map((claim) => dueOf(claim, step));
    const total = sum(dues);
    const enough = money >= total;
    const shares = enough ? dues : largestRemainder(money, dues);
    asking.forEach((claim, i) => {
      const reward = claim.unadjudged ? 0n : shares[i] * claim.reward / PERCENT;
      this.write({
        id: claim.id, creditor: claim.creditor, step, asset, due: dues[i], basis, reward,
        paid: claim.unadjudged ? 0n : shares[i] - reward,
        reserved: claim.unadjudged ? shares[i] : 0n,
        exact: enough ? `${dues[i]}/1` : fraction(money * dues[i], total),
      });
      if (step !== INTEREST) claim.owed -= shares[i];
    });
    return money - sum(shares);
  }

  listWhatTakesNothing() {
    for (const claim of this.listed) {
      if (!claim.late && hasTitle(claim)) continue;
      const reason = claim.late ? "late" : "no_title";
      const atNine = claim.kind === "restitution" || takesAmongOrdinary(claim);
      const [step, basis] = claim.late ? CLASSES[claim.kind] : [9, claim.kind === "restitution" ? "PRI-03" : "PRI-09"];
      const due = claim.late ? claim.amount : atNine ? claim.owed : 0n;
      const line = { id: claim.id, creditor: claim.creditor, asset: null, reason };
      if (due) this.write({ ...line, step, due, basis });
      if (claim.doubled) this.write({ ...line, step: INTEREST, due: claim.doubled, basis: "PRI-10" });
    }
  }
}

/** plan/v1 of a parsed claims/v1.
 *  @throws {FormatError} it does not fit. */
export const compute = (value, path = "") => new Waterfall(readClaims(value, path)).plan();
