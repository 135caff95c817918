import Foundation

/// A service that runs as a child process: this program with the command `serve`.
///
/// The child reads a pipe from us and exits when it ends, so that it never outlives this process, however that dies.
final class ServerProcess {
    let url: String
    private let process: Process
    private let input: Pipe
    private let ended: DispatchSemaphore
    private let log: URL

    /// How long it may take to end by itself.
    private static let endingSeconds = 5.0
    /// How long the news of its end may take to arrive, when its connections are closed already.
    private static let noticingSeconds = 1.0

    /// Why a service did not start.
    struct StartFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts it and waits until it listens.
    /// - Throws: ``StartFailure`` with the end of its log when it exits before that.
    static func start(
        arguments: [String], environment: [String: String], log: URL
    ) throws -> ServerProcess {
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = Pipe()
        let process = Process()
        process.executableURL = try ownExecutable()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = output
        let errors = try FileHandle(forWritingTo: log)
        // The process object would keep it open for as long as it is kept itself.
        defer { try? errors.close() }
        process.standardError = errors
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let url = firstLine(of: output.fileHandleForReading)
        let server = ServerProcess(url: url ?? "", process: process, input: input, ended: ended, log: log)
        guard url != nil else {
            server.stop()
            throw StartFailure(description: "The service did not start. \(server.logTail)")
        }
        return server
    }

    private init(url: String, process: Process, input: Pipe, ended: DispatchSemaphore, log: URL) {
        self.url = url
        self.process = process
        self.input = input
        self.ended = ended
        self.log = log
    }

    /// Ends it and waits until it is gone. A service that does not end by itself is killed.
    func stop() {
        try? input.fileHandleForWriting.close()
        if ended.wait(timeout: .now() + Self.endingSeconds) == .success { return }
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
    }

    /// How it ended, or `nil` while it runs. An end that is only just happening is waited for.
    var exitDescription: String? {
        if ended.wait(timeout: .now() + Self.noticingSeconds) == .timedOut { return nil }
        ended.signal()
        return process.terminationReason == .uncaughtSignal
            ? "was ended by signal \(process.terminationStatus)" : "exited with code \(process.terminationStatus)"
    }

    /// The last lines it wrote to standard error.
    var logTail: String { ServerProcess.tail(of: log) }

    private static func tail(of log: URL) -> String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(5).joined(separator: "\n")
    }

    /// The service announces its address on its first line.
    private static func firstLine(of handle: FileHandle) -> String? {
        var line = Data()
        while true {
            let byte = handle.readData(ofLength: 1)
            if byte.isEmpty { return nil }
            if byte == Data("\n".utf8) { return String(decoding: line, as: UTF8.self) }
            line += byte
        }
    }

    private static func ownExecutable() throws -> URL {
        let link = "/proc/self/exe"
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
            return URL(fileURLWithPath: path)
        }
        guard let path = Bundle.main.executablePath else {
            throw StartFailure(description: "This program can't find its own executable to start the service from.")
        }
        return URL(fileURLWithPath: path)
    }
}
