import ArgumentParser
import Foundation
import HTTPClient
import PostgresDriver
import Rewind
import RewindReport
import SQLiteDriver

/// `rewind doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells whether a database and an API can be explored, and what to do where not.",
        discussion: """
            Each line is ok, a warning or a problem, with what to do about it. Rewinding is proved on a table of Rewind's \
            own, which is made and dropped; the API's tables get triggers only in a transaction that is rolled back, so \
            nothing of theirs is changed or taken back. With an exploration file, the API that it says to start is started \
            meanwhile. Exit codes: 0 no problem, 2 a problem.

                rewind doctor payments.yaml
                rewind doctor --database orders-test.sqlite --url http://127.0.0.1:8080
                rewind doctor --database postgresql://localhost/orders_test --json
            """)

    @Argument(
        help: ArgumentHelp("An exploration file, which says where the databases and the API are.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(
        help: ArgumentHelp("A SQLite file, or the URL of a PostgreSQL database.", valueName: "file-or-url"),
        completion: .file())
    var database: String?

    @Option(help: ArgumentHelp("Where the API is.", valueName: "url"))
    var url: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A table that is to be left alone; may be given several times.", valueName: "table"))
    var exempt: [String] = []

    @Flag(help: "Try rewinding out even if the database's name does not say that it is for tests.")
    var anyDatabase = false

    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if let file, DatabaseURL.isPostgres(file) || file.hasSuffix(".sqlite") || file.hasSuffix(".db") {
            throw ValidationError(
                "\(DatabaseURL.isPostgres(file) ? "A URL" : file) is no exploration file; give --database.")
        }
        if file != nil && database != nil {
            throw ValidationError("Give an exploration file or --database, not both.")
        }
        if file == nil && database == nil && url == nil {
            throw ValidationError("Give an exploration file, --database or --url.")
        }
    }

    func run() async throws {
        // A signal must not end it between putting triggers in and taking them out.
        let checkup = try await Interruption.endingTask { await examined() }
        Terminal.result(
            json
                ? String(decoding: try checkup.json(), as: UTF8.self)
                : checkup.text(isColored: Terminal.resultsAreColored))
        if checkup.state == .problem { throw ExitCode.notDecided }
    }

    private var guarding: DatabaseGuard { anyDatabase ? .anyDatabase : .testDatabasesOnly }

    private func examined() async -> Checkup {
        if let file { return await FileExamination(path: file, doctor: self).checkup() }
        var checkup = Checkup()
        noteProgram(in: &checkup)
        if let database { await examine(database, in: &checkup) }
        if let url { await APIExamination(url: url).note(in: &checkup) }
        return checkup
    }

    func noteProgram(in checkup: inout Checkup) {
        checkup.note(
            "rewind", .ok,
            "\(ProgramVersion.number) (\(ProgramVersion.revision)), SQLite \(SQLiteLibrary.version), "
                + "libpq \(PostgresLibrary.version), libcurl \(HTTPLibrary.version)")
    }

    func examine(_ database: String, in checkup: inout Checkup) async {
        await DatabaseExamination(database: database, guarding: guarding, exempt: Set(exempt)).note(in: &checkup)
    }

    func opened(_ path: String) throws -> OpenedExploration {
        try OpenedExploration(path, at: .init(url: url, guarding: guarding))
    }
}
