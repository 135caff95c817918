import CommandSupport
import ExactJSON
import Foundation
import HTTPServer
import Testing

extension ContractTests {
    /// The README's session with curl, as it is printed there but for the ports.
    @Suite struct ByHandTests {
        @Test func `ends with the order refunded and both programs gone`() async throws {
            let scratch = try Scratch()
            let session = try Session(in: scratch)
            try await eventually("the end of the session") { !session.isRunning }
            let lines = session.output.split(separator: "\n").map(String.init)
            #expect(session.status == 0, "\(session.output)")
            let answers = lines.compactMap { try? JSON(parsing: Array($0.utf8)) }
            #expect(
                answers.compactMap(\.status) == ["pending", "paid", "captured", "captured", "succeeded", "refunded"])
            let refusals = answers.compactMap { $0["error"]?["code"] }
            #expect(refusals == ["amount_exceeds_refundable", "invalid_signature"])
            #expect(answers.last?["refunded_amount"] == "60.00")
            try await eventually("the end of what it started") {
                Processes.mentioning(session.ownPort).isEmpty
            }
        }
    }
}

extension JSON {
    fileprivate var status: String? { if case .string(let text)? = self["status"] { text } else { nil } }
}

/// The commands of the section, run by bash.
private final class Session {
    private let process = Process()
    private let scratch: Scratch
    private let outputFile: URL
    /// An argument that nothing else on the machine has.
    let ownPort: String

    init(in scratch: Scratch) throws {
        self.scratch = scratch
        let ports = try Self.freePorts()
        ownPort = "http://localhost:\(ports[1])"
        // In one pass: a free port may have the other's digits in it.
        let parts = try Self.commands().components(separatedBy: "8090").map {
            $0.replacingOccurrences(of: "8080", with: "\(ports[0])")
        }
        let commands = parts.joined(separator: "\(ports[1])")
        try scratch.write(commands, to: "session.sh")
        try scratch.write("", to: "session.txt")
        outputFile = scratch.folder.appendingPathComponent("session.txt")
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.lowercased().hasSuffix("_proxy") }
        let folder = Tool.executable.deletingLastPathComponent().path
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["TMPDIR"] = scratch.temporary.path
        environment["DATABASE_URL"] = nil
        process.environment = environment
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", scratch.path("session.sh")]
        process.currentDirectoryURL = scratch.folder
        let output = try FileHandle(forWritingTo: outputFile)
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        guard process.isRunning else { return }
        for started in Processes.children(of: process.processIdentifier) { kill(started, SIGKILL) }
        kill(process.processIdentifier, SIGKILL)
    }

    var isRunning: Bool { process.isRunning }
    var status: Int32 { process.terminationStatus }
    var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }

    private static func commands() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let section = try #require(readme.components(separatedBy: "\n## ").first { $0.hasPrefix("By hand\n") })
        let blocks = section.components(separatedBy: "```sh\n").dropFirst()
        try #require(blocks.count == 1)
        return try #require(blocks.first?.components(separatedBy: "```").first)
    }

    /// Two that nobody listens on.
    private static func freePorts() throws -> [UInt16] {
        let servers = try (1...2).map { _ in try HTTPServer { _ in .none } }
        defer { for server in servers { server.stop() } }
        return servers.map(\.port)
    }
}
