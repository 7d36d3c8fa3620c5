// Signs one request with the published client and prints its headers; the test beside it holds the key.
import { createInterface } from "node:readline";
import { signRequest } from "@slicekit/erc8128";

const [url, method, body, chainId, address] = process.argv.slice(2);
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const signer = {
  chainId: Number(chainId),
  address,
  signMessage: async (message) => {
    const bytes = typeof message === "string" ? Buffer.from(message) : Buffer.from(message);
    process.stdout.write(bytes.toString("hex") + "\n");
    return (await answers.next()).value;
  },
};
const init = body ? { method, body, headers: { "content-type": "application/json" } } : { method };
const request = await signRequest(url, init, signer);
process.stdout.write(JSON.stringify(Object.fromEntries(request.headers)) + "\n");
process.exit(0);
