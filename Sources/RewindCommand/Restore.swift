import ArgumentParser
import Rewind
import RewindSQLite

/// `rewind restore`
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Returns a database to where it was before an exploration that died.",
        discussion:
            "Every exploration does this by itself when it starts. Nothing happens to a database that needs none.")

    @Argument(help: "The SQLite file.", completion: .file())
    var database: String

    func run() async throws {
        do {
            let report = try await SQLiteSystem.restore(path: database)
            Terminal.result("\(report)\n")
            if !report.problems.isEmpty { throw ExitCode.notDecided }
        } catch let error as SystemError {
            Terminal.note(error.message)
            throw ExitCode.notDecided
        }
    }
}
