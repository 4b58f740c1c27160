// claims/v1 (docs/contracts.md): proceeds, costs, reserves and claims, read strictly. Pure.
import { Reader, distinct } from "./fields.js";

const MOST_FEN = 10 ** 15;
const LONGEST_ID = 64;

/** The step at which the claims of a class take, and the rule that says so. */
export const CLASSES = {
  medical: [3, "PRI-03"],
  housing_consumer: [4, "PRI-04"],
  construction: [5, "PRI-05"],
  retention: [6, "PRI-06a"],
  purchase_money: [6, "PRI-06b"],
  security: [6, "PRI-06c"],
  tax_arrears: [6, "PRI-06t"],
  wages: [7, "PRI-07"],
  tax: [8, "PRI-08"],
  restitution: [9, "PRI-03"],
  ordinary: [9, "PRI-09"],
  fine: [11, "PRI-11"],
};
const RESERVES = { housing_reserve: "PRI-02", transfer_tax: "PRI-01t" };
const NEED_ASSET = new Set(["construction", "retention", "purchase_money", "security", "tax_arrears"]);
const NEED_TIME = new Set(["purchase_money", "tax_arrears"]);
const WHOLE = 100_000_000n;

const id = (field) => field.text(LONGEST_ID);
const fen = (field) => BigInt(field.integer(1, MOST_FEN));

/** Everything a plan is computed from.
 *  @throws {FormatError} it does not fit. */
export function readClaims(value, path = "") {
  const top = new Reader(value, path).document("claims/v1", ["regime", "assets", "claims"], ["costs", "reserves"]);
  const regime = top.at("regime").choice("pro_rata", "seizure_order");
  const assets = top.at("assets").items().map((asset) => asset.members(["id", "proceeds_fen"], { optional: ["works_percent"] }));
  if (!assets.length) throw top.at("assets").refuse("must not be empty");
  const costs = top.at("costs", []).items()
    .map((cost) => cost.members(["id", "kind", "amount_fen"], { optional: ["asset", "advanced_by"] }));
  const reserves = top.at("reserves", []).items().map((reserve) => reserve.members(["id", "kind", "asset", "amount_fen"]));
  const claims = top.at("claims").items().map((claim) => claim.members(["id", "creditor", "class", "amount_fen", "titled"], {
    optional: ["asset", "registered_at", "cap_fen", "seized_at", "seizure_lapsed", "unadjudged", "late",
      "doubled_interest_fen", "reward_percent"],
  }));
  const known = distinct(assets.map((asset) => asset.at("id")), LONGEST_ID);
  distinct([...costs, ...reserves, ...claims].map((entry) => entry.at("id")), LONGEST_ID);
  return {
    bySeizure: regime === "seizure_order",
    assets: assets.map((asset) => ({
      id: id(asset.at("id")),
      proceeds: fen(asset.at("proceeds_fen")),
      works: asset.at("works_percent").orNull((part) => part.percent()) ?? WHOLE,
    })),
    costs: costs.map((cost) => readCost(cost, known)),
    reserves: reserves.map((reserve) => ({
      id: id(reserve.at("id")),
      basis: RESERVES[reserve.at("kind").choice(...Object.keys(RESERVES))],
      amount: fen(reserve.at("amount_fen")),
      asset: reserve.at("asset").choice(...known),
    })),
    claims: claims.map((claim) => readClaim(claim, known)),
  };
}

function readCost(cost, known) {
  id(cost.at("kind"));   // said for the reader; all costs rank alike
  return {
    id: id(cost.at("id")),
    amount: fen(cost.at("amount_fen")),
    asset: cost.at("asset").orNull((asset) => asset.choice(...known)),
    advancedBy: cost.at("advanced_by").orNull(id),
  };
}

function readClaim(claim, known) {
  const kind = claim.at("class").choice(...Object.keys(CLASSES));
  const asset = claim.at("asset").orNull((one) => one.choice(...known));
  const registeredAt = claim.at("registered_at").orNull((at) => at.instant());
  if (asset === null && NEED_ASSET.has(kind)) throw claim.at("asset").refuse(`is needed for ${kind}`);
  if (registeredAt === null && NEED_TIME.has(kind)) throw claim.at("registered_at").refuse(`is needed for ${kind}`);
  const seizedAt = readSeizures(claim.at("seized_at"), asset, known);
  const found = {
    id: id(claim.at("id")),
    creditor: id(claim.at("creditor")),
    kind,
    asset,
    registeredAt,
    amount: fen(claim.at("amount_fen")),
    cap: claim.at("cap_fen").orNull(fen),
    titled: claim.at("titled").flag(),
    seizedAt: claim.at("seizure_lapsed", false).flag() ? new Map() : seizedAt,
    unadjudged: claim.at("unadjudged", false).flag(),
    late: claim.at("late", false).flag(),
    doubled: BigInt(claim.at("doubled_interest_fen", 0).integer(0, MOST_FEN)),
    reward: claim.at("reward_percent").orNull((part) => part.percent()) ?? 0n,
  };
  return { ...found, owed: found.amount };
}

/** By asset, when the claim seized it. One time alone is that of its asset, or of all. */
function readSeizures(field, asset, known) {
  if (field.value === null) return new Map();
  if (!(field.value instanceof Map)) {
    const at = field.instant();
    return new Map((asset === null ? known : [asset]).map((one) => [one, at]));
  }
  return new Map(field.all().map(([name, at]) => {
    if (!known.includes(name)) throw at.refuse("is no asset");
    return [name, at.instant()];
  }));
}
