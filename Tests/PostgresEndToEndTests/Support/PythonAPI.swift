import CommandSupport
import Foundation
import Testing

/// The API in `PythonAPI/api.py`, running: somebody else's program, which knows nothing of Rewind.
final class PythonAPI {
    let url: String
    private let process: Process
    private let input = Pipe()

    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("PythonAPI/api.py")

    /// Ends the program when our end of its input is closed, by us or by our end.
    private static let untilInputEnds = #""$@" & child=$!; cat >/dev/null; kill -9 "$child"; wait "$child""#

    /// Whether there is a Python that has what the API imports.
    static var isThere: Bool { interpreter != nil }

    /// Debian's packages are for Debian's Python, which need not be the first.
    private static let interpreter = ["/usr/bin/python3", "python3"].first { python in
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = [python, "-c", "import psycopg, psycopg_pool"]
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }

    /// Starts it and waits until it listens; it makes its tables if need be.
    init(on database: Database, defect: String = "", in scratch: Scratch) async throws {
        let output = scratch.folder.appendingPathComponent("api-\(UUID().uuidString)")
        try Data().write(to: output)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", Self.untilInputEnds, "sh", "/usr/bin/env", Self.interpreter ?? "python3", Self.file.path,
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["DATABASE_URL": database.url, "PORT": "0", "API_DEFECT": defect]) { $1 }
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        var text = ""
        try await eventually("the address of the API") { [process] in
            text = try String(contentsOf: output, encoding: .utf8)
            return text.hasSuffix("\n") || !process.isRunning
        }
        url = text.trimmingCharacters(in: .newlines)
    }

    /// Ends it, and with it its sessions.
    func stop() async throws {
        try input.fileHandleForWriting.close()
        try await eventually("the end of the API") { [process] in !process.isRunning }
    }
}
