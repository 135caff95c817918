import Foundation

/// A server that was started and takes connections.
struct RunningServer: Sendable {
    let processID: Int32
    let life: Life

    private static let pollingSeconds = 0.002

    /// Starts the server and waits until it takes connections.
    /// - Throws: ``PostgresFailure/didNotStart(log:)`` when it ends instead, or takes too long, and is killed then.
    static func start(
        _ supervisor: Supervisor, in directory: PrivateDirectory, within seconds: Double
    ) throws -> RunningServer {
        let life = try Life(directory)
        let processID = try supervisor.startServer()
        let deadline = Deadline(seconds: seconds)
        while !isReady(processID, in: directory) {
            if life.hasEnded(within: Deadline(seconds: pollingSeconds)) || deadline.isPast {
                supervisor.endServer(processID, life, by: [(SIGKILL, seconds)])
                throw supervisor.didNotStart
            }
        }
        return RunningServer(processID: processID, life: life)
    }

    /// Whether it has written so into its lock file, on line 8. A file that another server left has another first line.
    private static func isReady(_ processID: Int32, in directory: PrivateDirectory) -> Bool {
        let text = try? String(contentsOfFile: directory.data + "/postmaster.pid", encoding: .utf8)
        let lines = (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 7 && lines[0] == "\(processID)" && lines[7].hasPrefix("ready")
    }
}
