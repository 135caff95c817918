import Foundation
import PostgresDriver

/// Stands in for `TestServices` until that is merged: the same names, as little as the tests need.
final class PrivatePostgres: Sendable {
    private let directory: String
    private nonisolated(unsafe) var process = Process()
    private static let programs = "/usr/lib/postgresql/15/bin/"

    static func start() throws -> PrivatePostgres {
        let server = PrivatePostgres()
        try server.run(["initdb", "-D", server.directory + "/data", "-A", "trust", "-U", "rewind", "--no-sync"])
            .waitUntilExit()
        try server.restart()
        return server
    }

    static func shared() throws -> PrivatePostgres { try sharedServer.get() }

    private static let sharedServer = Result {
        let server = try start()
        atexit { try? shared().stop() }
        return server
    }

    private init() {
        directory = "/tmp/orders-pg-\(UUID().uuidString.prefix(8))"
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.ownerAccountName: "postgres", .groupOwnerAccountName: "postgres"])
    }

    func url(database: String) -> String { "postgresql:///\(database)?host=\(directory)&user=rewind" }

    func createDatabase(_ name: String) throws { try administrator().execute("CREATE DATABASE \"\(name)\"") }

    func dropDatabase(_ name: String) throws {
        try administrator().execute("DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)")
    }

    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func restart() throws {
        process = try run(["postgres", "-D", directory + "/data", "-k", directory, "-c", "listen_addresses=", "-F"])
        let deadline = Date(timeIntervalSinceNow: 30)
        while (try? administrator()) == nil, Date() < deadline { Thread.yieldBriefly() }
    }

    func stop() {
        Glibc.kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func administrator() throws -> PostgresConnection {
        try PostgresConnection(url: url(database: "postgres"), applicationName: "tests")
    }

    private func run(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments =
            ["--reuid=postgres", "--regid=postgres", "--clear-groups", Self.programs + arguments[0]]
            + arguments.dropFirst()
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}

enum TestService: String {
    case sqlite, postgres

    var isToBeTested: Bool {
        self == .sqlite || FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/15/bin/postgres")
    }

    var absence: String { "PostgreSQL is not installed." }
}

extension Thread {
    fileprivate static func yieldBriefly() { _ = poll(nil, 0, 20) }
}
