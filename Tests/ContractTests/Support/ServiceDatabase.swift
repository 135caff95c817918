import CommandSupport
import DatabaseSupport
import Foundation
import PostgresDriver
import SQLiteDriver
import TestServices
import Testing

/// What the service is tested on. Each has its tests where it is installed, or where `REQUIRE_SERVICES` names it.
enum DatabaseKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    static let tested = allCases.filter { kind in
        kind == .sqlite ? TestService.sqlite.isToBeTested : TestService.postgres.isToBeTested
    }

    var testDescription: String { rawValue }
}

/// A database of its own for one service, gone with the value; the service may be started on it again and again.
final class ServiceDatabase {
    private let kind: DatabaseKind
    private let name = "orders_test_\(UUID().uuidString.prefix(8).lowercased())"
    private let file: String

    init(_ kind: DatabaseKind, in scratch: Scratch) throws {
        self.kind = kind
        file = scratch.path(name + ".sqlite")
        if kind == .postgres { try PrivatePostgres.shared().createDatabase(name) }
    }

    deinit {
        if kind == .postgres { try? PrivatePostgres.shared().dropDatabase(name) }
    }

    /// What `--database` is given.
    var address: String {
        get throws { kind == .sqlite ? file : try PrivatePostgres.shared().url(database: name) }
    }

    /// The rows that a query selects, each as its cells' texts with `|` between them; NULL is `-`.
    func rows(_ sql: String) throws -> [String] {
        switch kind {
        case .sqlite: try SQLiteConnection(path: file, flags: .readWrite).texts(sql)
        case .postgres: try PostgresConnection(url: address, applicationName: "tests").texts(sql)
        }
    }

    /// A whole number; 0 if the query selects no row.
    func number(_ sql: String) throws -> Int64 { try rows(sql).first.flatMap { Int64($0) } ?? 0 }

    /// What the service calls the row of a table towards its provider.
    func nameOfRow(_ id: String, in table: String) throws -> String {
        let installation = try #require(try rows("SELECT name FROM installation").first)
        return "\(installation)/\(table)/\(id)"
    }
}
