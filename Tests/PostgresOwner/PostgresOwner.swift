import Foundation
import TestServices

/// Starts a private server in the folder that is its argument, and another program; prints the server's process, its
/// directory and the program's process, and runs until its input ends or it is killed: what a test of sudden death needs.
@main enum PostgresOwner {
    static func main() throws {
        let server = try PrivatePostgres.start(in: URL(fileURLWithPath: CommandLine.arguments[1]))
        let other = try startHeir()
        let line = "\(server.processID ?? 0) \(server.socketDirectory) \(other)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
        while readLine() != nil {}
        server.stop()
        kill(other, SIGTERM)
    }

    /// A program that inherits every file this process leaves open, unlike one that Foundation starts.
    private static func startHeir() throws -> Int32 {
        let command = ["/bin/sh", "-c", "exec sleep 600 </dev/null >/dev/null 2>&1"]
        let words = command.map { word in strdup(word) }
        defer { for word in words { free(word) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, "/bin/sh", nil, nil, words + [nil], [nil])
        guard code == 0 else { throw CocoaError(.executableNotLoadable) }
        return processID
    }
}
