import ArgumentParser
import Foundation
import Rewind
import RewindPostgres
import RewindReport
import RewindSQLite

/// `rewind systems`
struct Systems: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what of a database would be recorded, and how.",
        discussion: """
            For each table its rows, what would tell its changes, what tells its rows apart, the columns that hold numbers \
            of rows, and those left out when states are compared, since the system sets them to the time. Changes nothing.

                rewind systems orders-test.sqlite
                rewind systems postgresql://localhost/orders_test --exempt audit_log --json
            """)

    @Argument(
        help: ArgumentHelp("SQLite files, or URLs of PostgreSQL databases.", valueName: "file-or-url"),
        completion: .file())
    var databases: [String]

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A table that is to be left alone; may be given several times.", valueName: "table"))
    var exempt: [String] = []

    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        do {
            var surveys: [DatabaseSurvey] = []
            for database in databases {
                surveys.append(try await DatabaseSurvey.of(database, exempting: Set(exempt)))
            }
            let report = SurveyReport(surveys)
            Terminal.result(json ? String(decoding: try report.json(), as: UTF8.self) : report.text)
        } catch let error as SystemError {
            Terminal.note(error.message)
            throw ExitCode.notDecided
        }
    }
}

extension DatabaseSurvey {
    /// Of a SQLite file or the URL of a PostgreSQL database.
    static func of(_ database: String, exempting exempt: Set<String>) async throws -> DatabaseSurvey {
        DatabaseURL.isPostgres(database)
            ? try await PostgresSystem.survey(url: database, exempting: exempt)
            : try await SQLiteSystem.survey(path: database, exempting: exempt)
    }
}
