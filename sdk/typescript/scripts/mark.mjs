// Tells Node which of the two builds is made of which kind of module.
import { writeFileSync } from "node:fs";

for (const [folder, type] of [["esm", "module"], ["cjs", "commonjs"]]) {
  writeFileSync(new URL(`../dist/${folder}/package.json`, import.meta.url), JSON.stringify({ type }) + "\n");
}
