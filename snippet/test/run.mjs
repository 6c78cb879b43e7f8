// Runs the script's tests: TypeScript becomes JavaScript in a temporary
// folder, without types being checked, and Node's test runner takes it there.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = mkdtempSync(path.join(tmpdir(), "lx-snippet-"));
const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };

const compile = (from, to) => {
  mkdirSync(to, { recursive: true });
  for (const e of readdirSync(from, { withFileTypes: true })) {
    if (e.isDirectory()) compile(path.join(from, e.name), path.join(to, e.name));
    else if (e.name.endsWith(".ts") && !e.name.endsWith(".d.ts")) {
      const text = readFileSync(path.join(from, e.name), "utf8");
      const js = ts.transpileModule(text, { compilerOptions: options, fileName: e.name }).outputText;
      writeFileSync(path.join(to, e.name.replace(/ts$/, "js")), js.replace(/(from\s+"\.[^"]*)\.ts"/g, '$1.js"').replace('"lx:config"', '"./config.js"'));
    }
  }
};

let status = 1;
try {
  writeFileSync(path.join(out, "package.json"), '{"type":"module"}');
  compile(path.join(here, "..", "src"), path.join(out, "src"));
  // What the compiler makes for one site, a test sets.
  const set = "limits, since, life, edition, regime, consentMonths, reaskMonths, closeRefuses, rules".split(", ");
  const kept = set.map((name) => `${name} = ${name}`).join(", ");
  writeFileSync(path.join(out, "src", "config.js"), `export let ${set.join(", ")};\nexport const configure = (c) => ({ ${kept} } = c);\n`);
  compile(here, path.join(out, "test"));
  const files = readdirSync(path.join(out, "test")).filter((f) => f.endsWith(".test.js"));
  const env = { ...process.env, LX_VECTORS: path.join(here, "..", "..", "contract", "vectors") };
  status = spawnSync(process.execPath, ["--test", ...files.map((f) => path.join(out, "test", f))], { stdio: "inherit", env }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.exit(status);
