import ArgumentParser
import Rewind
import RewindPostgres
import RewindSQLite

/// `rewind restore`
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Returns a database to where it was before an exploration that died.",
        discussion: """
            Every exploration does this by itself when it starts. Nothing happens to a database that needs none.

                rewind restore orders-test.sqlite
                rewind restore postgresql://localhost/orders_test
            """)

    @Argument(
        help: ArgumentHelp("A SQLite file, or the URL of a PostgreSQL database.", valueName: "file-or-url"),
        completion: .file())
    var database: String

    func run() async throws {
        do {
            if DatabaseURL.isPostgres(database), try await isRestoredFromCopy() {
                return Terminal.result("The exploration by copies that had died is undone.\n")
            }
            let report = try await restored()
            Terminal.result("\(report)\n")
            if !report.problems.isEmpty { throw ExitCode.notDecided }
        } catch let error as SystemError {
            Terminal.note(error.message)
            throw ExitCode.notDecided
        }
    }

    private func restored() async throws -> RestoreReport {
        DatabaseURL.isPostgres(database)
            ? try await PostgresSystem.restore(url: database) : try await SQLiteSystem.restore(path: database)
    }

    /// An exploration by copies may have left no database to connect to, so that is looked for first. A role that may not
    /// connect elsewhere can't have made one.
    private func isRestoredFromCopy() async throws -> Bool {
        do {
            return try await PostgresCloneSystem.restore(url: database)
        } catch let error as SystemError where error.kind == .unreachable {
            return false
        }
    }
}
