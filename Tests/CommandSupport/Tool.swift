import Foundation

/// `rewind`, running.
package final class Tool {
    private let process = Process()
    private let output: URL
    private let errors: URL
    private let input = Pipe()
    /// Its files are there for as long as this is.
    private let scratch: Scratch

    /// The program built beside the tests.
    package static let executable: URL = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("rewind")
    }()

    /// Starts it; its standard input stays open until ``closeInput()``.
    /// - Parameters:
    ///   - user: the number of the user to run it as, which takes a superuser.
    ///   - launcher: a program and its first arguments, for starting it in another way.
    ///   - databaseURL: `DATABASE_URL`, which no test takes from the environment that it runs in.
    ///   - secrets: more of the environment.
    ///   - directory: in which it runs, if it matters.
    package init(
        _ arguments: [String], in scratch: Scratch, asUser user: Int? = nil, through launcher: [String] = [],
        databaseURL: String? = nil, secrets: [String: String] = [:], directory: URL? = nil
    ) throws {
        self.scratch = scratch
        let name = UUID().uuidString
        output = scratch.folder.appendingPathComponent("output-\(name)")
        errors = scratch.folder.appendingPathComponent("errors-\(name)")
        for file in [output, errors] { try Data().write(to: file) }
        let asUser = user.map { ["/usr/bin/setpriv", "--reuid=\($0)", "--clear-groups"] } ?? []
        let words = launcher + asUser + [Tool.executable.path] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        var environment = ProcessInfo.processInfo.environment
        environment["TMPDIR"] = scratch.temporary.path
        environment["DATABASE_URL"] = databaseURL
        // Tests that run on GitHub see what people see elsewhere.
        for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"] {
            environment[name] = nil
        }
        environment.merge(secrets) { _, new in new }
        process.environment = environment
        if let directory { process.currentDirectoryURL = directory }
        process.standardInput = input
        let files = try [output, errors].map { try FileHandle(forWritingTo: $0) }
        process.standardOutput = files[0]
        process.standardError = files[1]
        try process.run()
        // A process that has run keeps what it was given, and Foundation can't start another beside 1,365 open files: its
        // list of them is then read beyond its end.
        for file in files { try file.close() }
        try? input.fileHandleForReading.close()
    }

    deinit {
        if process.isRunning { kill(processID, SIGKILL) }
        try? input.fileHandleForWriting.close()
    }

    package var processID: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }
    package var standardOutput: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
    package var standardError: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    package func signal(_ number: Int32) { kill(processID, number) }

    /// Gives it lines to read.
    package func type(_ lines: String...) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    package func closeInput() throws { try input.fileHandleForWriting.close() }

    /// Waits for its first line, and gives it without the line break.
    package func firstLine() async throws -> String {
        try await eventually("the first line of \(process.arguments ?? [])") { [self] in
            standardOutput.contains("\n") || !isRunning
        }
        return standardOutput.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// Waits for its end.
    /// - Throws: ``DeadlinePassed``; the usual time is far more than a small exploration needs.
    package func end(within deadline: Duration = .seconds(300)) async throws -> Ending {
        try await eventually("the end of \(process.arguments ?? [])", within: deadline) { [self] in !isRunning }
        return Ending(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: standardOutput, errors: standardError)
    }

    /// Runs it to its end.
    package static func run(
        _ arguments: String..., in scratch: Scratch, asUser user: Int? = nil, databaseURL: String? = nil
    ) async throws -> Ending {
        try await Tool(arguments, in: scratch, asUser: user, databaseURL: databaseURL).end()
    }
}

/// How a run of `rewind` ended.
package struct Ending: Sendable {
    /// The exit code, or the signal.
    package let status: Int32
    package let wasKilled: Bool
    package let output: String
    package let errors: String

    package var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}

/// Processes of this machine, as `/proc` tells.
package enum Processes {
    /// Those with the text among their arguments.
    package static func mentioning(_ text: String) -> [Int32] {
        all.filter { (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains(text) == true }
    }

    package static func children(of parent: Int32) -> [Int32] {
        all.filter { process in
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let nameEnd = stat.lastIndex(of: ")")
            else { return false }
            let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
            return fields.count > 1 && Int32(fields[1]) == parent && fields[0] != "Z"
        }
    }

    /// Whether it runs; one that ended and that nobody has asked about yet does not.
    package static func isRunning(_ process: Int32) -> Bool {
        (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline")))?.isEmpty == false
    }

    private static var all: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }
}
