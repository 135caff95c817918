/// `idempotency`: how an operation is made that must not happen twice, and what is expected then.
public struct IdempotencyPart: Sendable {
    /// Requests, in order, that prepare something, and what they save.
    public typealias Steps = [RequestPart]

    /// What counts effects.
    public enum Effects: Sendable {
        case answer(path: Template, at: JSONPath?)
        case query(Located<String>)
    }

    /// `refused`
    public struct Refused: Sendable {
        public var request: RequestPart
        public var before: Steps?
        public var remedy: Steps
    }

    /// `downstream`
    public struct Downstream: Sendable {
        public var sandbox: Template
        public var call: String
        public var allowsAnotherAttempt: Bool
    }

    public var profile: IdempotencyProfilePart?
    public var operation: RequestPart?
    public var before: Steps = []
    public var otherBody: TemplatedValue?
    public var otherEndpoint: RequestPart?
    public var invalid: RequestPart?
    public var refused: Refused?
    public var effects: Effects?
    public var read: RequestPart?
    public var otherAccount: [(name: Located<String>, value: Template)] = []
    public var compensation: Steps = []
    public var isGuarded = false
    /// What the profile says when the file does not.
    public var requiresKey: Bool?
    public var header: String?
    /// `{seconds}` is known in it.
    public var clock: RequestPart?
    public var lockMilliseconds: Int?
    /// By name: `slow`, `server_error` …
    public var faults: [String: RequestPart] = [:]
    /// By recovery point.
    public var crashes: [(point: String, request: RequestPart)] = []
    public var downstream: Downstream?
    public var parallelism: Int?
    public var rounds: Int?
    public var position: SourcePosition
}

/// A profile: a built-in one by name, and what is different.
public struct IdempotencyProfilePart: Sendable {
    /// What is expected of the answer that decides a check.
    public enum Expectation: Hashable, Sendable {
        case refused(ClosedRange<Int>)
        case replayed, executed, accepted, holds
        case notApplicable(String)
    }

    public var extended: String
    public var name: String?
    public var header: String?
    /// `token` or `string`.
    public var spelling: String?
    public var longest: Int?
    public var shortest: Int?
    public var lifeSeconds: Int?
    public var mark: (name: String, value: String)?
    /// By the number of the check.
    public var expectations: [(check: Int, expectation: Expectation)] = []

    /// A built-in profile as it is.
    public init(named name: String) { extended = name }

    /// Reads a file that holds a profile and nothing else.
    /// - Throws: ``FileErrors`` with everything that is wrong, in order of place.
    public init(contentsOf path: String) throws(FileErrors) {
        let start = SourcePosition(file: path, line: 1, column: 1)
        let node: LocatedNode
        do throws(FileError) {
            let text = try TextGuard.text(of: try DocumentReader.bytes(of: path, at: start), file: path)
            node = try LocatedNode(parsing: text, file: path)
        } catch {
            throw FileErrors([error])
        }
        let problems = Shape.object(IdempotencyFormat.ownProfile).problems(in: node, as: "The file")
        let errors = problems + Self.problems(in: node)
        guard errors.isEmpty else { throw FileErrors(errors) }
        self.init(node)
    }
}
