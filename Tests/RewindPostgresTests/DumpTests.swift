import ExactnessSupport
import Foundation
import PostgresDriver
import Rewind
import RewindPostgres
import Testing

@testable import TestServices

/// The verdict of another program: what pg_dump writes of a database before and after it was explored.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct DumpTests {
    /// The schema as pg_dump tells it, and the data: the lines of each table sorted, since rows that were put back are
    /// at another place.
    private struct Archive: Equatable {
        let schema: String
        let data: String
        var sortedData: [String] {
            data.components(separatedBy: "\n\n").map { $0.split(separator: "\n").sorted().joined() }
        }

        init(_ database: TestDatabase) throws {
            schema = try Self.dump(database, "--schema-only")
            data = try Self.dump(database, "--data-only")
        }

        private static func dump(_ database: TestDatabase, _ part: String) throws -> String {
            let program = try PostgresPrograms.find().directory + "/pg_dump"
            let ending = try ChildProcess.run([program, part, "--dbname=\(database.url)"])
            guard ending.status == 0 else { throw Deviation(description: ending.output) }
            // Newer versions frame each dump by a random key.
            return ending.output.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }.joined(separator: "\n")
        }
    }

    @Test(arguments: [11, 12, 13]) func `a dump after an exploration holds what one before it held`(seed: UInt64)
        async throws
    {
        let database = try TestDatabase.withTypes()
        let walk = try RandomWalk(RandomCase(seed: seed), database)
        let before = try Archive(database)
        try await walk.run()
        let after = try Archive(database)
        #expect(after.schema == before.schema)
        #expect(after.sortedData == before.sortedData)
    }

    @Test func `a dump is the same byte for byte when the rows that changed are new`() async throws {
        let database = try TestDatabase(
            """
            CREATE TABLE a (id serial PRIMARY KEY, x xml, f float8); INSERT INTO a (x, f) VALUES ('<a/>', '-0'), ('b', 'NaN');
            CREATE TABLE b (x text); INSERT INTO b VALUES ('a'), ('a'), (NULL); CREATE SEQUENCE s; SELECT nextval('s')
            """)
        let before = try Archive(database)
        let system = database.system()
        try await system.begin()
        let api = try database.connect()
        try api.execute(
            """
            INSERT INTO a (x, f) VALUES ('<c/>', 1), ('d', 2); INSERT INTO b VALUES ('a'), ('new'); SELECT nextval('s');
            UPDATE a SET f = 7 WHERE id = 3
            """)
        let there = try await system.capture()
        try await system.apply(there.inverted)
        try await system.apply(there)
        try api.execute("DELETE FROM a WHERE id = 4; DELETE FROM b WHERE x = 'new'")
        _ = try await system.capture()
        try await system.end()
        #expect(try Archive(database) == before)
    }
}
