/// Something found wrong, and how to get there.
public struct Violation: Sendable {
    public let rule: Rule
    /// What was seen, with values.
    public let message: String
    public let counterexample: Counterexample
    public let confirmation: Confirmation

    /// What was violated.
    public struct Rule: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable, Codable {
            case invariant, law, stateMachine = "state-machine", concurrency
        }

        public let kind: Kind
        public let name: String
        public let severity: Severity
        /// What the rule says.
        public let statement: String
    }

    /// Whether the counterexample was replayed from the root before it was reported.
    public enum Confirmation: Sendable, Hashable {
        case confirmed
        /// It was replayed and did not occur; the sentence says what happened instead.
        case notReproduced(String)
    }

    public var isConfirmed: Bool { confirmation == .confirmed }

    /// Eight hexadecimal digits that stay the same from run to run, made of the exploration's name, the rule and the path.
    public func id(in exploration: String) -> String {
        let parts = [exploration, rule.kind.rawValue, rule.name] + counterexample.path
        let bytes = Array(parts.map { $0 + "\0" }.joined().utf8)
        return String(bytes.withUnsafeBytes { Fingerprint(of: $0) }.description.prefix(8))
    }
}

/// A path from the root to something wrong, as it was replayed.
public struct Counterexample: Sendable {
    public let steps: [Step]

    public struct Step: Sendable {
        public let action: String
        /// The member of the argument domain, or `nil` for an action without arguments.
        public let argument: String?
        public let outcome: Outcome
        public let exchanges: [Exchange]
        public let changes: [SystemChanges]
        /// Whether its exchanges took place at the same time.
        public var isConcurrent = false
        /// What a law sent of its own after the step, when that is what shows the violation.
        public internal(set) var trials: [LawTrial] = []

        /// `refund_order` or `partial_refund(25.00)`.
        public var label: String { argument.map { "\(action)(\($0))" } ?? action }
    }

    /// The labels of the steps, in order.
    public var path: [String] { steps.map(\.label) }
}
