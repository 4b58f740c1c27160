// Whether a leaf stands in the court's signed log: its tlog-proof leads to the root of a checkpoint that the log's key
// has signed. Nothing here knows of a page. The keys are those that came with the page, never one out of a message.
import { Unreadable, fromBase64, same, utf8 } from "../verify/bytes.js";
import { NoProgram } from "../verify/crypto.js";
import { hasSigned, readKey, readLogProof } from "../verify/notes.js";
import { leafHash, rootOfPath } from "../verify/tree.js";
import { Broken, proven } from "./proof.js";

const must = (holds, reason) => { if (!holds) throw new Broken(reason); };

/** What a tlog-proof proves: {leaf: its bytes, index, size: of the checkpoint, origin}.
 *  @throws {Broken} it proves nothing; `reason`: form, key, signature, path, or program. */
export async function standing(proof, logKeys) {
  try {
    const { leaf, index, path, checkpoint } = readLogProof(utf8(proof), "tlog-proof");
    const keys = await Promise.all(logKeys.map((key) => readKey(key)));
    const verdicts = [];
    for (const key of keys.filter(({ name }) => name === checkpoint.origin)) verdicts.push(await hasSigned(key, checkpoint.note));
    must(verdicts.some((verdict) => verdict !== null), "key");
    must(!verdicts.includes(false), "signature");
    const root = await rootOfPath(await leafHash(leaf), index, checkpoint.size, path);
    must(root !== null && same(root, checkpoint.root), "path");
    return { leaf, index, size: checkpoint.size, origin: checkpoint.origin };
  } catch (error) {
    if (error instanceof Unreadable) throw new Broken("form");
    if (error instanceof NoProgram) throw new Broken("program");
    throw error;
  }
}

/** That what a receipt acknowledges stands in the log: the same leaf, the same log, both signed.
 *  @throws {Broken} it does not; `reason` as above, or leaf: the proof is of another one. */
export async function logged(receipt, proof, { receiptKeys, logKeys }) {
  await proven(receipt, receiptKeys);
  const found = await standing(proof, logKeys);
  must(found.origin === receipt.origin && same(found.leaf, fromBase64(receipt.leaf, "the leaf")), "leaf");
  return found;
}
