/// What a provider, or a standard, says of idempotency keys.
public struct IdempotencyProfile: Sendable {
    public var name: String
    /// One sentence.
    public var summary: String
    /// The header that carries the key.
    public var keyHeader = "Idempotency-Key"
    /// How a key is spelled in the header.
    public var spelling = KeySpelling.token
    /// The longest key in characters, if the profile says one.
    public var longestKey: Int?
    /// The shortest key in characters.
    public var shortestKey = 1
    /// How long a key is known, if the profile says it.
    public var lifeSeconds: Int?
    /// The header of a replayed answer, if there is one.
    public var replayMark: Mark?
    /// What is expected in each check, by number. Every check has an entry.
    public internal(set) var expectations: [Int: Expectation]

    /// A header and its value, which tell a replayed answer from a first one.
    public struct Mark: Hashable, Sendable {
        public var header: String
        public var value: String

        public init(_ header: String, _ value: String) {
            self.header = header
            self.value = value
        }
    }

    /// How a key is spelled in its header.
    public enum KeySpelling: String, CaseIterable, Hashable, Sendable {
        /// As it is.
        case token
        /// As a string of structured fields, in quotes (RFC 8941 §3.3.3).
        case string
    }

    /// What is expected in one check, and who says so.
    public struct Expectation: Hashable, Sendable {
        public var answer: ExpectedAnswer
        /// A document, in a few words.
        public var source: String

        public init(_ answer: ExpectedAnswer, _ source: String) {
            self.answer = answer
            self.source = source
        }
    }

    /// The same profile with something else expected in one check.
    public func expecting(_ answer: ExpectedAnswer, in check: Int, source: String = "custom") -> IdempotencyProfile {
        var profile = self
        profile.expectations[check] = Expectation(answer, source)
        return profile
    }
}

/// What the answer that decides a check must be.
public enum ExpectedAnswer: Hashable, Sendable {
    /// Refused with one of these statuses, and nothing happens.
    case refused(ClosedRange<Int>)
    /// The first answer again, and nothing happens.
    case replayed
    /// Done as if it were new.
    case executed
    /// 2xx.
    case accepted
    /// The check's own statement.
    case holds
    /// The profile does not ask for it; the reason is a sentence without a capital letter and full stop.
    case notApplicable(String)

    /// Refused with any 4xx.
    public static let refused = refused(400...499)

    /// Refused with that status alone.
    public static func refused(_ status: Int) -> ExpectedAnswer { .refused(status...status) }
}
