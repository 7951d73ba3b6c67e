// Lets jest import a shell script as the text that it is, as the build's text loader does.
module.exports = {
  process: (source) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(source)} };` }),
};
