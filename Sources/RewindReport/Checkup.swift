import Foundation
import Rewind

/// What `rewind doctor` found, check by check.
public struct Checkup: Sendable {
    /// The version of the JSON that this program writes.
    public static let version = 1

    /// In the order in which they were made.
    public private(set) var checks: [Check] = []

    /// One thing that was looked at.
    public struct Check: Sendable, Hashable, Encodable {
        /// What was looked at, in a word or two.
        public let subject: String
        public let state: State
        /// What was found, as a sentence.
        public let message: String
        /// What to do about it, as sentences or commands; none where nothing needs doing.
        public let remedies: [String]
    }

    /// How bad it is, from good to bad.
    public enum State: String, Sendable, Hashable, Encodable, CaseIterable {
        case ok, warning, problem
    }

    private let redaction: Redaction

    /// - Parameter redaction: hides what must not be shown.
    public init(redaction: Redaction = .standard) { self.redaction = redaction }

    /// Notes what was found.
    public mutating func note(_ subject: String, _ state: State, _ message: String, remedies: [String] = []) {
        checks.append(
            Check(
                subject: subject, state: state, message: redaction.sentence(message),
                remedies: remedies.map(redaction.sentence)))
    }

    /// Notes all that was found in one of several places.
    /// - Parameter place: goes before what was looked at; `nil` where there is only one.
    public mutating func note(_ other: Checkup, of place: String?) {
        for check in other.checks {
            let subject = place.map { "\($0) \(check.subject)" } ?? check.subject
            note(subject, check.state, check.message, remedies: check.remedies)
        }
    }

    /// The worst that was found.
    public var state: State {
        State.allCases.last { state in checks.contains { $0.state == state } } ?? .ok
    }

    /// A line for each check, and an indented one for each remedy.
    public func text(isColored: Bool) -> String {
        let style = TextStyle(isColored: isColored)
        let width = checks.map(\.subject.count).max() ?? 0
        let indent = String(repeating: " ", count: "problem".count + width + 4)
        let lines = checks.flatMap { check in
            let message = check.message.split(separator: "\n").map { printable(String($0)) }
                .joined(separator: "\n\(indent)")
            let first = "\(check.state.label(style))  \(pad(check.subject, to: width))  \(message)"
            return [first] + check.remedies.map { "\(indent)→ \(printable($0))" }
        }
        return (lines + [""]).joined(separator: "\n")
    }

    /// The same for other programs, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, never for what this program notes.
    public func json() throws -> Data {
        try sortedJSON(Document(state: state, checks: checks))
    }

    private struct Document: Encodable {
        let format = "rewind-doctor"
        let version = Checkup.version
        let state: State
        let checks: [Check]
    }
}

extension Checkup.State {
    /// As wide for each state.
    fileprivate func label(_ style: TextStyle) -> String {
        let text = pad(rawValue, to: "problem".count)
        return switch self {
        case .ok: style.good(text)
        case .warning: style.doubtful(text)
        case .problem: style.bad(text)
        }
    }
}

/// Sorted keys, and a line break at its end.
func sortedJSON(_ document: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(document) + Data("\n".utf8)
}
