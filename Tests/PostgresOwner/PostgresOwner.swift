import Foundation
import TestServices

/// Starts a private server and another program, prints the server's process, its directory and the program's process, and
/// runs until its input ends or it is killed: what a test of sudden death needs.
@main enum PostgresOwner {
    static func main() throws {
        let server = try PrivatePostgres.start()
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/bin/sh")
        other.arguments = ["-c", "exec sleep 600"]
        other.standardOutput = FileHandle.nullDevice
        other.standardError = FileHandle.nullDevice
        try other.run()
        let line = "\(server.processID ?? 0) \(server.socketDirectory) \(other.processIdentifier)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
        while readLine() != nil {}
        server.stop()
        other.terminate()
    }
}
