import Rewind

/// What an exploration file says, with the place of each part, and nothing of it carried out yet.
///
/// `docs/exploration-files.md` describes the format; ``ExplorationFile/init(contentsOf:environment:)`` reads it.
public struct ExplorationFile: Sendable {
    /// The file itself, as it was named.
    public var path: String
    public var name: Located<String>?
    public var api: APIPart
    public var systems: [SystemPart] = []
    /// What the tester knows, and its values before any action, in the order written.
    public var context: [VariablePart] = []
    public var actions: [ActionPart] = []
    /// What is sent at the same time.
    public var concurrent: [ConcurrentPart] = []
    public var invariants: [InvariantPart] = []
    public var states: StatesPart?
    public var lawsSwitchedOff: [LawPart] = []
    public var identity: IdentityPart?
    /// Tables that refused and safe requests may write to.
    public var exemptTables: [Located<String>] = []
    public var limits = LimitsPart()
    /// A path to take instead of exploring.
    public var replay: ReplayPart?
    /// What is tried under keys.
    public var idempotency: IdempotencyPart?
    /// Values of environment variables that the file took in: never to be shown.
    public var secrets: Set<String> = []
    /// The paths of the files it was read from: what is imported comes before what imports it.
    public var sources: [String] = []
}

/// `api`: where it is, what every request carries, and how to start it.
public struct APIPart: Sendable {
    /// `{port}` stands for the port that was chosen for a started API.
    public var url: Template?
    public var headers: [(name: Located<String>, value: Template)] = []
    public var timeoutMilliseconds: Located<Int>?
    public var authentication: AuthenticationPart?
    public var start: StartPart?
    public var position: SourcePosition
}

/// `api.auth`
public enum AuthenticationPart: Sendable {
    case bearer(Template)
    case basic(user: Template, password: Template)
    case header(name: Located<String>, value: Template)
    /// A request before the first action, whose answer holds a token. It is sent once for each API process.
    case login(RequestPart, token: Located<JSONPath>, header: String, prefix: String)
}

/// `api.start`: the process of the API. `{port}` and `{database}` are known in every template of it.
public struct StartPart: Sendable {
    /// The program and its arguments; no shell.
    public var command: [Template]
    /// Run once, to its end, before the API is first started: migrations, fixtures.
    public var prepare: [[Template]] = []
    /// Where it runs, relative to the file.
    public var directory: Located<String>?
    public var environment: [(name: Located<String>, value: Template)] = []
    /// The path asked until it answers with 2xx; without it any answer to `/` will do.
    public var health: Located<String>?
    public var withinMilliseconds: Located<Int>?
    /// What the API prints goes to this file.
    public var log: Located<String>?
    public var position: SourcePosition
}

/// One entry of `systems`.
public struct SystemPart: Sendable {
    public enum Kind: Sendable {
        /// A path, relative to the file in which it stands: `position.file`.
        case sqlite(Located<String>)
        case postgres(Located<String>)
    }

    public var kind: Kind
    public var name: Located<String>
    public var position: SourcePosition
}

/// One entry of `context`.
public struct VariablePart: Sendable {
    public var name: Located<String>
    /// Without templates.
    public var initial: Located<Literal>
}

/// One entry of `concurrently`.
public struct ConcurrentPart: Sendable {
    /// Actions, or one value of an action's domain as reports show it: `partial_refund(25.00)`.
    public var actions: [Located<String>]
    public var condition: Expression?
    public var rounds: Located<Int>?
    public var places: Located<Int>?
    public var position: SourcePosition
}

/// `identity`
public struct IdentityPart: Sendable {
    /// Only these variables are compared.
    public var only: [Located<String>] = []
    /// Columns (`orders.note`) or variables (`context.note`).
    public var ignored: [Located<String>] = []
    public var ignoredTables: [Located<String>] = []
    public var comparedAsIs: [Located<String>] = []
}

/// One entry of `laws`: a law that is switched off, and why.
public struct LawPart: Sendable {
    public var name: Located<String>
    public var reason: String
}

/// `replay`: a path that is taken instead of exploring.
public struct ReplayPart: Sendable {
    /// The steps, as reports show them: `refund_order`, or `partial_refund(25.00)`.
    public var path: [Located<String>]
    /// What the path broke; any rule when the file does not say.
    public var rule: Located<String>?
}

/// `limits`, and how the search goes; options of the command line come before them.
public struct LimitsPart: Sendable {
    public var steps: Located<Int>?
    public var depth: Located<Int>?
    public var milliseconds: Located<Int>?
    public var violations: Located<Int>?
    public var rounds: Located<Int>?
    public var strategy: Located<Strategy>?
    public var seed: Located<UInt64>?
    public var workers: Located<Int>?

    public init() {}
}
