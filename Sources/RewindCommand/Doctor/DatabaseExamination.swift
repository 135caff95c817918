import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import RewindReport
import RewindSQLite

/// What the doctor asks of a database.
struct DatabaseExamination {
    let database: String
    let guarding: DatabaseGuard
    let exempt: Set<String>

    private var isPostgres: Bool { DatabaseURL.isPostgres(database) }

    func note(in checkup: inout Checkup) async {
        do {
            let survey = try await DatabaseSurvey.of(database, exempting: exempt)
            noteContent(survey, in: &checkup)
            let mayBeTried = noteName(in: &checkup)
            let isUnused = noteLeftovers(survey, in: &checkup)
            let hasRights = isPostgres ? try await noteRights(in: &checkup) : true
            let isRewindable = noteObstacles(survey, in: &checkup)
            if mayBeTried && isUnused && hasRights && isRewindable {
                await noteRoundTrip(in: &checkup)
            } else {
                checkup.note("rewinding", .warning, "Not tried out, for the reasons above.")
            }
            if isPostgres { try noteClock(in: &checkup) }
        } catch {
            checkup.note("database", .problem, sentence(error))
        }
    }

    private func noteContent(_ survey: DatabaseSurvey, in checkup: inout Checkup) {
        let rows = survey.tables.compactMap(\.rows).reduce(0, +)
        checkup.note(
            "database", survey.tables.isEmpty ? .warning : .ok,
            "\(survey.database): \(survey.server), \(survey.tables.count) tables, \(rows) rows",
            remedies: survey.tables.isEmpty ? ["Start the API once, so that it makes its tables."] : [])
    }

    /// - Returns: whether it may be tried out.
    private func noteName(in checkup: inout Checkup) -> Bool {
        do {
            try check(.testDatabasesOnly)
            checkup.note("name", .ok, "Its name or place says that it is for tests.")
            return true
        } catch {
            let isAllowed = guarding == .anyDatabase
            checkup.note(
                "name", isAllowed ? .warning : .problem, "Neither its name nor its place says that it is for tests.",
                remedies: isAllowed
                    ? ["Make sure that it is: exploring makes the API write to it."]
                    : [
                        "Use one with a word in its name such as \(DatabaseGuard.markersInSentence).",
                        "Or, if exploring it is meant: --any-database",
                    ])
            return isAllowed
        }
    }

    private func check(_ guarding: DatabaseGuard) throws {
        isPostgres
            ? try guarding.check(databaseNamed: try PostgresURL(database).database ?? "")
            : try guarding.check(database)
    }

    /// - Returns: whether nobody explores it and nobody did midway.
    private func noteLeftovers(_ survey: DatabaseSurvey, in checkup: inout Checkup) -> Bool {
        if let sentence = survey.exploredBy {
            checkup.note("leftovers", .warning, sentence)
            return false
        }
        guard let process = survey.leftMidwayBy else {
            checkup.note("leftovers", .ok, "No exploration has left anything in it.")
            return true
        }
        let who = process == 0 ? "An exploration" : "The exploration of process \(process)"
        checkup.note(
            "leftovers", .problem, "\(who) died midway: its content is not what it was.",
            remedies: [isPostgres ? "Run rewind restore with the same URL" : "Run: rewind restore \(database)"])
        return false
    }

    /// - Returns: whether they suffice.
    private func noteRights(in checkup: inout Checkup) async throws -> Bool {
        let rights = try await PostgresSystem.rights(url: database, exempting: exempt)
        let role = "“\(rights.role)”\(rights.isSuperuser ? ", a superuser," : "")"
        if rights.suffice {
            checkup.note("rights", .ok, "The role \(role) has what it takes.")
        } else {
            checkup.note(
                "rights", .problem, "The role \(role) lacks rights. Have a superuser run:",
                remedies: rights.missingGrants.map { "\($0);" }
                    + rights.toExempt.sorted { $0.key < $1.key }.map {
                        "Or leave the table “\($0.key)” of the extension “\($0.value)” alone: --exempt \($0.key)"
                    })
        }
        switch rights.moving {
        case .fast: checkup.note("moves", .ok, "Fast, with triggers and foreign keys off for Rewind's session.")
        case .ordered:
            checkup.note(
                "moves", .ok,
                "Ordered, with foreign keys on. For the fast way, a superuser may run: "
                    + "GRANT SET ON PARAMETER session_replication_role TO \(rights.role);")
        }
        if !rights.read.isEmpty {
            checkup.note(
                "tables", .warning, "Read and compared at every step, which is slow: \(listed(rights.read)).",
                remedies: ["Grant the role TRIGGER on them, or membership in their owner's role."])
        }
        return rights.suffice
    }

    /// - Returns: whether nothing is in the way.
    private func noteObstacles(_ survey: DatabaseSurvey, in checkup: inout Checkup) -> Bool {
        var isRewindable = true
        for obstacle in survey.obstacles {
            isRewindable = false
            checkup.note(
                "tables", .problem, "Can't be rewound exactly: \(obstacle).",
                remedies: ["Change that in the test database, or leave the table alone: --exempt TABLE"])
        }
        for table in survey.tables {
            guard case .impossible(let reason) = table.sensing else { continue }
            isRewindable = false
            checkup.note("tables", .problem, reason, remedies: ["Or leave it alone: --exempt \(table.name)"])
        }
        for what in survey.notTakenBack {
            checkup.note("tables", .warning, "What the API does to \(what) is noticed, not taken back.")
        }
        for what in survey.underWay {
            checkup.note(
                "transactions", .warning, "Under way: \(what).",
                remedies: ["What is still open after the API's answer can't be taken back: end it."])
        }
        return isRewindable
    }

    private func noteRoundTrip(in checkup: inout Checkup) async {
        do {
            let trip =
                isPostgres
                ? try await PostgresSystem.tryOut(url: database, guarding: guarding, exempting: exempt)
                : try await SQLiteSystem.tryOut(path: database, guarding: guarding, exempting: exempt)
            checkup.note(
                "rewinding", .ok,
                "Proved: \(trip.tables) tables can be recorded, as tried in a transaction that was rolled back;"
                    + " and \(trip.rows) changes to a table of Rewind's own were recorded, taken back, made again and ended."
            )
        } catch {
            checkup.note("rewinding", .problem, sentence(error))
        }
    }

    private func noteClock(in checkup: inout Checkup) throws {
        let connection = try PostgresConnection(url: database, applicationName: "rewind doctor")
        let milliseconds = try connection.query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            .int64(0, 0)
        ClockComparison(of: "the database server", at: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
            .note(in: &checkup)
    }

    private func listed(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }

    private func sentence(_ error: any Error) -> String {
        (error as? PostgresError)?.message ?? String(describing: error)
    }
}
