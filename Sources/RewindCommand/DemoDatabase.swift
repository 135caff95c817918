import ArgumentParser
import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import RewindSQLite
import TestServices

/// Where the service keeps its data during a demo: what `--database` says.
enum DemoDatabase: ExpressibleByArgument {
    /// A file that comes and goes with the demo.
    case temporaryFile
    /// The database that `DATABASE_URL` names or, without it, one on a server of our own that comes and goes.
    case postgres
    case file(String)
    case url(String)

    init?(argument: String) {
        switch argument {
        case "sqlite": self = .temporaryFile
        case "postgres", "postgresql": self = .postgres
        case _ where DatabaseURL.isPostgres(argument): self = .url(argument)
        default: self = .file(argument)
        }
    }
}

extension DemoDatabase: CustomStringConvertible {
    /// As the command line spells it.
    var description: String {
        switch self {
        case .temporaryFile: "sqlite"
        case .postgres: "postgres"
        case .file(let path): path
        case .url: "postgresql://…"
        }
    }
}

/// Tells a URL from a path.
enum DatabaseURL {
    static func isPostgres(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }
}

/// The databases of one demo: made when asked for, gone when it ends.
final class DemoDatabases {
    private let kind: DemoDatabase
    private let guarding: DatabaseGuard
    private let directory: URL
    private let server: PrivatePostgres?
    private var count = 0

    /// Starts a PostgreSQL server if one is needed.
    /// - Throws: `PostgresFailure` when there is none on this machine.
    init(_ kind: DemoDatabase, guarding: DatabaseGuard) throws {
        self.guarding = guarding
        var kind = kind
        var server: PrivatePostgres?
        if case .postgres = kind {
            if let url = ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty {
                kind = .url(url)
            } else {
                server = try PrivatePostgres.start()
            }
        }
        self.kind = kind
        self.server = server
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("rewind-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// Ends the server and removes the files.
    func remove() {
        server?.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// A database for one exploration, and a directory for what goes with it.
    func next() throws -> DatabaseUnderTest {
        count += 1
        let own = directory.appendingPathComponent("\(count)")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        let location: DatabaseUnderTest.Location
        switch kind {
        case .file(let path): location = .file(path)
        case .url(let url): location = .url(url)
        case .temporaryFile: location = .file(own.appendingPathComponent("orders-test.sqlite").path)
        case .postgres:
            let name = "orders_test_\(count)"
            try server?.createDatabase(name)
            location = .url(server?.url(database: name) ?? "")
        }
        return DatabaseUnderTest(location: location, guarding: guarding, directory: own)
    }
}

/// One database that a service writes to and Rewind takes back.
struct DatabaseUnderTest: Sendable {
    enum Location: Sendable {
        case file(String)
        case url(String)
    }

    let location: Location
    let guarding: DatabaseGuard
    /// For logs of the service, and for copies.
    let directory: URL
    /// Under which reports refer to it.
    var name = "db"

    /// What a service is told, by the environment variable `DATABASE_URL`: a command line is seen by others.
    var forService: String {
        switch location {
        case .file(let path): path
        case .url(let url): url
        }
    }

    /// Makes sure that it may be explored, before a service writes to it.
    func check() throws {
        switch location {
        case .file(let path): try guarding.check(path)
        case .url(let url): try guarding.check(databaseNamed: try PostgresURL(url).database ?? "")
        }
    }

    func system(on thread: WorkerThread) -> any RewindableSystem {
        switch location {
        case .file(let path): SQLiteSystem(path: path, name: name, guarding: guarding, thread: thread)
        case .url(let url): PostgresSystem(url: url, name: name, guarding: guarding, thread: thread)
        }
    }
}
