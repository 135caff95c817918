import ExplorationFiles
import Foundation
import RewindHTTP
import TestServices

/// An API that Rewind started by the command of an exploration file.
final class StartedAPI: Sendable {
    private let process: GuardedProcess
    private let part: StartPart
    private let url: String
    private let log: String

    private static let usualMilliseconds = 30_000

    /// Runs the commands that come before the first start, each to its end.
    /// - Throws: ``NotExplorable`` when one fails.
    static func prepare(
        _ part: StartPart, _ values: [String: String], _ directory: URL
    ) async throws {
        for command in part.prepare {
            let log = directory.appendingPathComponent("prepare.log").path
            let words = try command.map { try $0.text(values) }
            let process = try GuardedProcess(
                words, in: part.workingDirectory, environment: part.environment(values), log: log)
            defer { process.stop() }
            while process.exitStatus == nil { try await Task.sleep(for: .milliseconds(5)) }
            guard let status = process.exitStatus, status != 0 else { continue }
            throw NotExplorable(
                "\(part.position): `prepare` failed: \(words.joined(separator: " ")) \(ending(status)).\(tail(of: log))"
            )
        }
    }

    /// Starts it, and does not wait for it to listen.
    init(
        _ part: StartPart, _ values: [String: String], at url: String, log: String
    ) throws {
        self.part = part
        self.url = url
        self.log = log
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw NotExplorable("\(part.position): The log can't be written to \(log).")
        }
        let words = try part.command.map { try $0.text(values) }
        process = try GuardedProcess(
            words, in: part.workingDirectory, environment: part.environment(values), log: log)
    }

    /// Asks until it answers.
    /// - Throws: ``NotExplorable`` when it ends before that, or takes too long.
    func waitUntilHealthy(_ access: Access) async throws {
        let milliseconds = part.withinMilliseconds?.value ?? Self.usualMilliseconds
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        let api = try API(baseURL: url, timeoutMilliseconds: min(milliseconds, 2_000))
        var last = "nobody answered"
        while ContinuousClock.now < deadline {
            if let status = process.exitStatus {
                throw NotExplorable(
                    "\(part.position): The API did not start: it \(Self.ending(status)) before it answered at \(url)."
                        + Self.tail(of: log))
            }
            do {
                let status = try await access.status(of: part.health?.value ?? "/", from: api)
                if let status, part.health == nil || (200..<300).contains(status) { return }
                last = status.map { "\(part.health?.value ?? "/") answered \($0)" } ?? "the answer was lost"
            } catch APIError.unreachable(_, let reason) {
                last = reason
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NotExplorable(
            """
            \(part.position): The API did not answer at \(url)\(part.health?.value ?? "") within \
            \(milliseconds) ms: \(last). Does its command use {port}? If it needs longer, say so with `within`.\
            \(Self.tail(of: log))
            """)
    }

    func stop() { process.stop() }

    /// How it ended, if it did so by itself, and the end of its log.
    var endingNote: String? {
        let tail = Self.tail(of: log)
        guard let status = process.exitStatus else { return tail.isEmpty ? nil : "The API's log ends:\(tail)" }
        return "The API \(Self.ending(status)).\(tail)"
    }

    private static func ending(_ status: Int32) -> String {
        switch status {
        case 127: "was not found (exit code 127)"
        case 126: "is no program that can be run (exit code 126)"
        case 129...: "was ended by signal \(status - 128)"
        default: "exited with code \(status)"
        }
    }

    /// The last lines of a log, on lines of their own.
    private static func tail(of log: String) -> String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").suffix(8)
        return lines.isEmpty ? "" : "\n" + lines.map { "    " + $0 }.joined(separator: "\n")
    }
}

extension StartPart {
    fileprivate var workingDirectory: String {
        directory.map { $0.position.resolved($0.value) } ?? position.resolved(".")
    }

    fileprivate func environment(_ values: [String: String]) throws -> [String: String] {
        var all = ProcessInfo.processInfo.environment
        for entry in environment { all[entry.name.value] = try entry.value.text(values) }
        return all
    }
}

/// A port of this machine that nobody listens on.
enum FreePort {
    static func next() throws -> Int {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard descriptor >= 0, code == 0 else {
            throw NotExplorable("There is no free port on 127.0.0.1: \(String(cString: strerror(errno))).")
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
