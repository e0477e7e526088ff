/** The same of an application that is made of CommonJS modules. */

import spanhouse = require("spanhouse");

const client: spanhouse.Client = spanhouse.init({ project: "cjs" });
const value: number = spanhouse.span("x", (s: spanhouse.Span) => s.traceId.length);

export = { client, value };
