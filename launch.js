#!/usr/bin/env node
// Starts cli.js from V8's code cache, which halves the time until its first line runs. A cache of another Node version,
// or none, only means that V8 compiles as always.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

// a synth is over before optimized code pays for its making; a long one (hundreds of agents) still gets it
v8.setFlagsFromString('--interrupt-budget=2000000');

const filename = path.join(__dirname, 'cli.js');
const cacheFile = path.join(__dirname, 'cli.cache');
const writing = process.argv[2] === '--write-code-cache';
const cachedData = !writing && fs.existsSync(cacheFile) ? fs.readFileSync(cacheFile) : undefined;
const script = new vm.Script(Module.wrap(fs.readFileSync(filename, 'utf8')), { filename, cachedData });
if (writing) process.argv.splice(2, 1, 'synth', 'environments/production.yaml', '--out', path.join(__dirname, 'warm-up'));
script.runInThisContext()(exports, require, module, filename, __dirname);
if (writing) fs.writeFileSync(cacheFile, script.createCachedData());
