/// The keys of `idempotency`: how an operation is made that must not happen twice.
enum IdempotencyFormat {
    static let section = Shape.keys(
        "“idempotency”",
        [
            Key("profile", profile, "What is expected: a built-in profile, or one of your own."),
            Key(
                "operation", request, "What is done under a key; the first action with an idempotency_key unless said."),
            Key("before", steps, "Requests before each trial, in order; {name} stands for what they save."),
            Key("other_body", .templated, "Another body that the operation would accept (check 9)."),
            Key("other_endpoint", request, "Another operation (check 10)."),
            Key("invalid", request, "The operation with what validation refuses (check 15)."),
            Key("refused", refused, "A request that the rules refuse for now (check 13)."),
            Key("effects", effects, "How effects are counted."),
            Key("read", request, "A request without effect (check 27)."),
            Key("other_account", FileFormat.headers, "Headers of another account (check 26)."),
            Key("compensation", steps, "What takes the effect back (check 28)."),
            Key(
                "guarded", .boolean, "Whether a rule refuses the operation a second time, whatever the key (check 25)."),
            Key("key", .choice(["required", "optional"]), "Whether the operation demands a key (check 1)."),
            Key("header", .text, "The header that carries the key; the profile's unless said."),
            Key("clock", request, "Lets time pass: {seconds} are how much (checks 17, 18, 25)."),
            Key("lock", .time, "How long a request that never ends keeps its key (checks 17, 18)."),
            Key("faults", faults, "Requests that make the next operation go wrong."),
            Key("downstream", downstream, "The provider behind the API (checks 21 to 23)."),
            Key("parallel", .wholeNumber(atLeast: 2), "How many requests at once (check 12); 8 unless said."),
            Key("rounds", .wholeNumber(atLeast: 1), "How often requests at once are tried; 4 unless said."),
        ])

    static let names = ["stripe", "ietf", "adyen", "checkout", "router"]

    /// The keys of a profile of one's own, in a file or a section.
    static let ownProfile = ObjectShape(
        title: "a profile",
        keys: [
            Key("extends", .choice(names), required: true, "The built-in profile it begins with."),
            Key("name", .text, "Its name in reports."),
            Key("header", .text, "The header that carries the key."),
            Key("spelling", .choice(["token", "string"]), "How a key is spelled: as it is, or as a quoted string."),
            Key("longest", .wholeNumber(atLeast: 1), "The longest key in characters."),
            Key("shortest", .wholeNumber(atLeast: 1), "The shortest key in characters."),
            Key("life", .wholeNumber(atLeast: 1), "How many seconds a key is known."),
            Key(
                "mark", .mapping(.header, .leaf(.text), ofExactlyOne: true),
                "The header of a replayed answer and its value."),
            Key(
                "expect", .mapping(.any, .leaf(.text)),
                "By the number of a check: refused, refused 409, replayed, executed, accepted, holds, or not applicable."
            ),
        ], rules: [])

    private static let profile = Shape.either([.leaf(.choice(names)), .object(ownProfile)])

    private static let requestKeys =
        RequestFormat.methods.map { Key($0, .urlPath, "A path behind the URL of the API.") } + [
            Key("headers", FileFormat.headers, "Headers of this request."),
            Key("json", .templated, "The body: a JSON value. A text that is one {name} takes over its type."),
            Key("body", .template, "The body: a text."),
        ]

    private static let rules: [ObjectShape.Rule] = [.exactlyOne(RequestFormat.methods), .atMostOne(["json", "body"])]

    private static let request = Shape.keys("a request", requestKeys, rules)

    private static let steps = Shape.list(
        .keys(
            "a request",
            requestKeys + [
                Key("save", .mapping(.variable, .leaf(.jsonPath)), "Names, each with where the answer has the value.")
            ], rules))

    private static let refused = Shape.keys(
        "“refused”",
        [
            Key("request", request, required: true, "What is refused, 4xx."),
            Key("before", steps, "In place of the section's own."),
            Key("remedy", steps, "After these it would be accepted."),
        ])

    private static let effects = Shape.keys(
        "“effects”",
        [
            Key("GET", .urlPath, "A path whose answer shows them."),
            Key("at", .jsonPath, "Where the answer has a list, or a number."),
            Key("sql", .text, "A query for one number, in the first of systems."),
        ], [.exactlyOne(["GET", "sql"]), .needs("at", oneOf: ["GET"])])

    static let faultNames = [
        "slow", "server_error", "dies_holding_key", "serialization_failure", "internal_error", "settle",
    ]

    private static let faults = Shape.keys(
        "“faults”",
        faultNames.map {
            Key($0, request, "A request that causes it; docs/idempotency-conformance.md says what it is.")
        }
            + [
                Key(
                    "crash", .mapping(.any, request),
                    "By the name of a recovery point: a request that crashes it there.")
            ])

    private static let downstream = Shape.keys(
        "“downstream”",
        [
            Key("sandbox", .url, required: true, "The URL of rewind sandbox, which the API has as its provider."),
            Key(
                "call", .choice(["authorize", "capture", "cancel", "refund", "payout"]), required: true,
                "The call that the operation leads to."),
            Key(
                "another_attempt", .boolean,
                "Whether a trial allows another attempt after a rejection; true unless said."),
        ])
}
