// Parse each line of the input, a text as JSON, with the parser of Lark.js that the argument names.
// Each gets a line: its tree, [rule, [part, ...]] with [type, text] for each token, as JSON; or null if it has none.
"use strict";
const { readFileSync } = require("fs");
const { resolve } = require("path");

const { get_parser, Tree, UnexpectedInput } = require(resolve(process.argv[2]));
const parser = get_parser();

const plain = (part) => (part instanceof Tree ? [part.data, part.children.map(plain)] : [part.type, part.value]);

function answer(text) {
  try {
    return plain(parser.parse(text));
  } catch (error) {
    if (error instanceof UnexpectedInput) return null;
    throw error;
  }
}

const lines = readFileSync(0, "utf-8").trimEnd().split("\n");
process.stdout.write(lines.map((line) => JSON.stringify(answer(JSON.parse(line))) + "\n").join(""));
