import Foundation

/// `rewind`, running.
final class Tool {
    private let process = Process()
    private let output: URL
    private let errors: URL
    private let input = Pipe()
    /// Its files are there for as long as this is.
    private let scratch: Scratch

    /// The program built beside the tests.
    static let executable: URL = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("rewind")
    }()

    /// Starts it; its standard input stays open until ``closeInput()``.
    /// - Parameters:
    ///   - user: the number of the user to run it as, which takes a superuser.
    ///   - databaseURL: `DATABASE_URL`, which no test takes from the environment that it runs in.
    init(
        _ arguments: [String], in scratch: Scratch, asUser user: Int? = nil, databaseURL: String? = nil
    ) throws {
        self.scratch = scratch
        let name = UUID().uuidString
        output = scratch.folder.appendingPathComponent("output-\(name)")
        errors = scratch.folder.appendingPathComponent("errors-\(name)")
        for file in [output, errors] { try Data().write(to: file) }
        if let user {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments = ["--reuid=\(user)", "--clear-groups", Tool.executable.path] + arguments
        } else {
            process.executableURL = Tool.executable
            process.arguments = arguments
        }
        var environment = ProcessInfo.processInfo.environment
        environment["TMPDIR"] = scratch.temporary.path
        environment["DATABASE_URL"] = databaseURL
        process.environment = environment
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit {
        if process.isRunning { kill(processID, SIGKILL) }
    }

    var processID: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var standardOutput: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
    var standardError: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(processID, number) }

    func closeInput() throws { try input.fileHandleForWriting.close() }

    /// Waits for its first line, and gives it without the line break.
    func firstLine() async throws -> String {
        try await eventually("the first line of \(process.arguments ?? [])") { [self] in
            standardOutput.contains("\n") || !isRunning
        }
        return standardOutput.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// Waits for its end.
    func end() async throws -> Ending {
        try await eventually("the end of \(process.arguments ?? [])") { [self] in !isRunning }
        return Ending(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: standardOutput, errors: standardError)
    }

    /// Runs it to its end.
    static func run(_ arguments: String..., in scratch: Scratch, asUser user: Int? = nil) async throws -> Ending {
        try await Tool(arguments, in: scratch, asUser: user).end()
    }
}

/// How a run of `rewind` ended.
struct Ending: Sendable {
    /// The exit code, or the signal.
    let status: Int32
    let wasKilled: Bool
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}

/// Processes of this machine, as `/proc` tells.
enum Processes {
    /// Those with the text among their arguments.
    static func mentioning(_ text: String) -> [Int32] {
        all.filter { (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains(text) == true }
    }

    static func children(of parent: Int32) -> [Int32] {
        all.filter { process in
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let nameEnd = stat.lastIndex(of: ")")
            else { return false }
            let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
            return fields.count > 1 && Int32(fields[1]) == parent && fields[0] != "Z"
        }
    }

    private static var all: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }
}
