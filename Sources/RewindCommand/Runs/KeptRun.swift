import Foundation
import Orders
import RewindReport

/// What is kept of a run beside its result: enough to do it again.
struct KeptRun: Codable, Sendable {
    /// What was explored.
    enum Origin: Codable, Sendable, Equatable {
        /// An exploration file by its full path, and a hash of what it said.
        case file(path: String, hash: String)
        /// The reference service, correct or with a bug.
        case demo(exploration: String, bug: String?)
    }

    /// When it began, `20261121-130410`, in UTC.
    let id: String
    let origin: Origin
    /// The name of the exploration, which is part of the ids of its counterexamples.
    let exploration: String
    let verdict: String
    let strategy: String
    let seed: UInt64
    /// Of `rewind`.
    let version: String
    /// Without passwords.
    let commandLine: [String]
    let started: Date
    let ended: Date
    let counterexamples: [Found]
    /// What ended its walk.
    var endedBy: ResultDocument.Ending?

    /// A counterexample in short.
    struct Found: Codable, Sendable {
        let id: String
        let rule: String
        let path: [String]
    }

    static func id(at date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: date)
        func digits(_ number: Int?, _ count: Int = 2) -> String { String(format: "%0\(count)d", number ?? 0) }
        return digits(parts.year, 4) + digits(parts.month) + digits(parts.day) + "-" + digits(parts.hour)
            + digits(parts.minute) + digits(parts.second)
    }

    /// The arguments, with passwords in URLs hidden.
    static func commandLine(of arguments: [String]) -> [String] {
        arguments.map { $0.replacing(/:\/\/[^\/@]*@/) { _ in "://[redacted]@" } }
    }
}
