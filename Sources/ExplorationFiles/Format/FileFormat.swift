import Rewind

/// The format of exploration files: each key, what it may be, and what it is for.
///
/// `docs/exploration-files.md` tells it to people, `docs/exploration.schema.json` to editors.
enum FileFormat {
    static let file = ObjectShape(
        title: "an exploration file",
        keys: [
            Key("name", .text, "A title for the report."),
            Key(
                "import", .oneOrMore(.leaf(.text)),
                "Files, relative to this one, whose parts come before this file's own."),
            Key("api", api, "Where the API is, what every request carries, and how to start it."),
            Key("systems", .list(system), "What is rewound. The first is called db unless it has a name."),
            Key(
                "context", .mapping(.variable, .leaf(.literal)),
                "The variables that the tester knows, each with its value before any action."),
            Key("actions", .mapping(.any, action), "What can be done to the API."),
            Key(
                "concurrently", .list(concurrent),
                "Actions whose requests are also sent at the same time, two or three together."),
            Key("invariants", .mapping(.any, invariant), "What must hold in every state."),
            Key(
                "states", states, "The diagram: every arrow is walked, and every arrow that is missing must be refused."
            ),
            Key("laws", .mapping(.law, law), "Laws that are switched off, with the reason."),
            Key("identity", identity, "When two states are the same one."),
            Key("exempt", texts, "Tables that refused and safe requests may write to."),
            Key("limits", limits, "How far the search goes; options of the command line come first."),
            Key("replay", replay, "A path that rewind explore takes instead of exploring."),
            Key("idempotency", IdempotencyFormat.section, "An operation that rewind idempotency tries under keys."),
        ], rules: [])

    static let texts = Shape.oneOrMore(.leaf(.text))
    static let templates = Shape.mapping(.any, .leaf(.template))
    static let headers = Shape.mapping(.header, .leaf(.template))

    private static let replay = Shape.keys(
        "“replay”",
        [
            Key(
                "path", .list(.leaf(.text), atLeast: 1), required: true,
                "The steps as reports show them: actions, with the argument in parentheses."),
            Key("rule", .text, "The invariant, law or rule that the path broke; any unless said."),
        ])

    private static let api = Shape.keys(
        "“api”",
        [
            Key("url", .url, "The base URL, such as http://127.0.0.1:8080/v1; with start it may be left out."),
            Key("headers", headers, "Sent with every request."),
            Key("timeout", .time, "Of one request; 10s unless said."),
            Key("auth", authentication, "How requests show who sends them."),
            Key("start", start, "How to start the API; without it, it must be running."),
        ], [.atLeastOne(["url", "start"])])

    private static let authentication = Shape.keys(
        "“auth”",
        [
            Key("bearer", .template, "A token for the header Authorization."),
            Key(
                "basic",
                .keys(
                    "“basic”",
                    [
                        Key("user", .template, required: true, "The name of the user."),
                        Key("password", .template, required: true, "The password."),
                    ]), "A user and a password."),
            Key(
                "header", .mapping(.header, .leaf(.template), ofExactlyOne: true),
                "A header, such as {X-Api-Key: VALUE}."),
            Key("login", login, "A request before the first action, whose answer holds a token."),
        ], [.exactlyOne(["bearer", "basic", "header", "login"])])

    private static let login = Shape.keys(
        "“login”",
        RequestFormat.contentKeys + [
            Key("accepted", RequestFormat.statuses, "Statuses of success; 2xx unless said."),
            Key("token", .jsonPath, required: true, "Where the answer has the token."),
            Key("header", .text, "The header that carries the token; Authorization unless said."),
            Key("prefix", .anyText, "What stands before the token; “Bearer ” unless said."),
        ], RequestFormat.rules + [.exactlyOne(RequestFormat.methods)])

    private static let command = Shape.list(.leaf(.template), atLeast: 1)

    private static let start = Shape.keys(
        "“start”",
        [
            Key(
                "command", command, required: true,
                "The program and its arguments, a list; no shell. {port} and {database} are known."),
            Key(
                "prepare", .either([command, .list(command, atLeast: 1)]),
                "A command, or a list of commands, run once before."),
            Key("directory", .text, "Where it runs, relative to the file."),
            Key("environment", templates, "Environment variables for it."),
            Key("health", .fixedPath, "The path that answers 2xx when it is ready."),
            Key("within", .time, "How long it may take to be ready; 30s unless said."),
            Key("log", .text, "A file for what it prints."),
        ])

    private static let system = Shape.keys(
        "a system",
        [
            Key("sqlite", .text, "The database's file, relative to this one."),
            Key("postgres", .text, "The database's URL."),
            Key("name", .text, "How it is called; the first is db unless it has a name."),
        ], [.exactlyOne(["sqlite", "postgres"])])

    private static let action = Shape.keys(
        "an action",
        RequestFormat.contentKeys + RequestFormat.answerKeys + [
            Key("when", .expression, "When the request can be formed, not when it is allowed."),
            Key(
                "values",
                .either([
                    .list(.leaf(.literal), atLeast: 1),
                    .mapping(.argument, .list(.leaf(.literal), atLeast: 1)),
                ]),
                "The argument domain: a list, whose element is {value}, or a mapping of names to lists."),
            Key("set", .mapping(.any, .leaf(.expression)), "Variables that are computed after save, in order."),
            Key("at_most", .wholeNumber(atLeast: 1), "How often on one path."),
            Key("always_refused", .boolean, "Whether it must be refused in every state."),
            Key("requests", .list(request, atLeast: 1), "Several requests, sent in order until one is not accepted."),
        ],
        RequestFormat.rules + [.exactlyOne(RequestFormat.methods + ["requests"])]
            + RequestFormat.partsOfRequest(RequestFormat.contentKeys + RequestFormat.answerKeys))

    private static let request = Shape.keys(
        "a request", RequestFormat.contentKeys + RequestFormat.answerKeys,
        RequestFormat.rules + [.exactlyOne(RequestFormat.methods)])

    private static let together = Shape.list(.leaf(.text), atLeast: 2)

    private static let concurrent = Shape.either([
        together,
        .keys(
            "an entry of “concurrently”",
            [
                Key(
                    "actions", together, required: true,
                    "Two or three actions, or one twice; one value of its domain stands in parentheses."),
                Key("when", .expression, "In which states."),
                Key("rounds", .wholeNumber(atLeast: 1), "How often in each place; 10 unless said."),
                Key(
                    "places", .wholeNumber(atLeast: 1), "In how many states and with how many values; 100 unless said."),
            ]),
    ])

    private static let invariant = Shape.keys(
        "an invariant",
        RequestFormat.contentKeys + [
            Key("check", .expression, "Must be true in every state."),
            Key("sql", .template, "A query that must give no row; {name} is a parameter."),
            Key("system", .text, "Which system is asked; the first unless said."),
            Key("expect", expectation, "What the answer to the request must be."),
            Key("when", .expression, "In which states it is checked."),
            Key("severity", .choice(Severity.allCases.map(\.rawValue)), "How bad it is; high unless said."),
            Key("description", .text, "What it says, for the report."),
        ],
        RequestFormat.rules + [
            .exactlyOne(["check", "sql"] + RequestFormat.methods), .needs("system", oneOf: ["sql"]),
        ]
            + RequestFormat.methods.map { .needs($0, oneOf: ["expect"]) }
            + [.needs("expect", oneOf: RequestFormat.methods)] + RequestFormat.partsOfRequest(RequestFormat.contentKeys)
    )

    private static let expectation = Shape.keys(
        "“expect”",
        [
            Key("status", RequestFormat.statuses, "One of these; 2xx unless said."),
            Key("json", .mapping(.jsonPath, .leaf(.templated)), "Values that must stand at these paths."),
            Key("check", .expression, "Over the context, reply and http_status."),
        ])

    private static let states = Shape.keys(
        "“states”",
        [
            Key("of", .text, required: true, "The variable whose values are the states."),
            Key(
                "arrows", .list(.mapping(.any, .leaf(.arrow), ofExactlyOne: true), atLeast: 1),
                "Each an action: FROM -> TO, several states separated by commas; none is null."),
            Key(
                "mermaid", .diagram,
                "A stateDiagram-v2, or a file that ends in .mmd; its arrows are labelled with actions."),
        ], [.exactlyOne(["arrows", "mermaid"])])

    private static let law = Shape.keys(
        "a law", [Key("off", .text, required: true, "Why it does not hold here; the reason is shown in the result.")])

    private static let identity = Shape.keys(
        "“identity”",
        [
            Key("only", texts, "Variables: nothing else is compared."),
            Key("ignore", texts, "Columns, as orders.note, and variables, as context.note."),
            Key("ignore_tables", texts, "Tables that are not compared."),
            Key("compare_as_is", texts, "Columns whose values are compared digit by digit."),
        ])

    private static let limits = Shape.keys(
        "“limits”",
        [
            Key("steps", .wholeNumber(atLeast: 1), "How many transitions."),
            Key("depth", .wholeNumber(atLeast: 1), "How many actions on a path."),
            Key("time", .time, "How long."),
            Key("violations", .wholeNumber(atLeast: 1), "After how many it ends."),
            Key("rounds", .wholeNumber(atLeast: 1), "How often what is sent at the same time is, in each place."),
            Key("strategy", .choice(Strategy.allCases.map(\.rawValue)), "In which order; breadth-first unless said."),
            Key("seed", .seed, "Same seed, same API, same run."),
            Key(
                "workers", .wholeNumber(atLeast: 1),
                "How many APIs at once, each with a copy of the database; needs api.start."),
        ])
}

/// The keys of a request, wherever one stands.
enum RequestFormat {
    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    static let statuses = Shape.oneOrMore(.leaf(.status))

    /// What is sent.
    static let contentKeys: [Key] =
        methods.map { Key($0, .urlPath, "A path behind the URL of the API.") } + [
            Key("query", FileFormat.templates, "Query parameters."),
            Key("headers", FileFormat.headers, "Headers of this request."),
            Key("json", .templated, "The body: a JSON value. A text that is one {name} takes over its type."),
            Key("form", FileFormat.templates, "The body: fields of a form."),
            Key("multipart", .mapping(.any, .either([.leaf(.template), filePart])), "The body: fields, or files."),
            Key("body", .template, "The body: a text."),
            Key("content_type", .template, "What the text is."),
        ]

    static let rules: [ObjectShape.Rule] = [
        .atMostOne(["json", "form", "multipart", "body"]), .needs("content_type", oneOf: ["body"]),
    ]

    /// Keys that make sense only beside a method. (A `content_type` needs a `body`, which needs one.)
    static func partsOfRequest(_ keys: [Key]) -> [ObjectShape.Rule] {
        keys.map(\.name).filter { !methods.contains($0) && $0 != "content_type" }.map { .needs($0, oneOf: methods) }
    }

    /// What is made of the answer.
    static let answerKeys: [Key] = [
        Key(
            "idempotency_key",
            .either([
                .leaf(.boolean), .leaf(.template),
                .keys(
                    "“idempotency_key”",
                    [
                        Key("header", .text, required: true, "The header's name."),
                        Key("value", .template, "The key; a new random one for every request unless said."),
                    ]),
            ]), "true: a new random key for every request; or a text; or a header and its value."),
        Key("accepted", statuses, "Statuses that say yes; 2xx unless said."),
        Key("refused", statuses, "Statuses that say no; 4xx unless said. Any other answer is a failure."),
        Key(
            "accepted_when", .leaf(.expression),
            "What must be true of an answer with an accepted status, over reply and http_status; it says no otherwise."),
        Key(
            "save", .mapping(.any, .either([.leaf(.jsonPath), saving])),
            "Variables, each from a JSON path, {header: NAME} or {status: true} of an accepted answer."),
    ]

    private static let saving = Shape.keys(
        "an entry of “save”",
        [
            Key("json", .jsonPath, "From the body."),
            Key("header", .text, "From a header."),
            Key("status", .onlyTrue, "The status."),
            Key("optional", .boolean, "Whether it becomes null where there is none."),
        ], [.exactlyOne(["json", "header", "status"])])

    private static let filePart = Shape.keys(
        "a file of “multipart”",
        [
            Key("file", .template, required: true, "The file's name."),
            Key("content", .template, required: true, "What stands in it."),
            Key("type", .template, "Its content type."),
        ])
}
