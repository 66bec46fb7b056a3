// Runs a program for wasm32-wasip1: node --no-warnings wasi.cjs program.wasm arguments
const { readFileSync } = require("node:fs");
const { WASI } = require("node:wasi");

const wasi = new WASI({ version: "preview1", args: process.argv.slice(2) });
WebAssembly.instantiate(readFileSync(process.argv[2]), wasi.getImportObject()).then(({ instance }) => wasi.start(instance));
