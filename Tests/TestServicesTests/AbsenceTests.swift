import Foundation
import Testing

@testable import TestServices

@Suite struct `A machine without PostgreSQL` {
    @Test func `is told what is missing and how to get it`() throws {
        let sentence =
            "PostgreSQL 15 or newer is not installed: no directory has initdb, postgres and psql. "
            + "Install it with `apt-get install postgresql` or `brew install postgresql`."
        try withFolder { folder in
            let directories = ["/nowhere", folder.path]
            #expect(throws: PostgresFailure.notInstalled) { try PostgresPrograms.find(in: directories) }
        }
        #expect(PostgresFailure.notInstalled.description == sentence)
        #expect(TestService.postgres.absence == sentence)
    }

    @Test(arguments: [("14.9 (Debian)", false), ("15.18 (Debian 15.18-0+deb12u1)", true), ("18beta1", true)])
    func `has no use for an old version`(version: String, isUsed: Bool) throws {
        try withPrograms("echo 'postgres (PostgreSQL) \(version)'") { programs in
            let found = try? PostgresPrograms.find(in: ["/nowhere", programs.directory])
            #expect(found == (isUsed ? programs : nil))
        }
    }

    @Test func `is told what initdb said`() throws {
        try withPrograms("echo 'initdb: error: no space left' >&2; exit 1") { programs in
            try withFolder { folder in
                #expect(throws: PostgresFailure.didNotStart(log: "initdb: error: no space left")) {
                    try PrivatePostgres.start(in: folder, with: programs)
                }
                let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(leftovers == [])
            }
        }
    }

    @Test func `is told what the server said when it ends instead of starting`() throws {
        let script = """
            case $0 in
            *initdb) for word; do case $word in --pgdata=*) mkdir "${word#*=}"; : >"${word#*=}/postgresql.conf"; esac; done ;;
            *) echo 'FATAL: could not map memory' >&2; exit 1 ;;
            esac
            """
        try withPrograms(script) { programs in
            let failure = PostgresFailure.didNotStart(log: "FATAL: could not map memory")
            #expect(throws: failure) { try PrivatePostgres.start(in: nil, with: programs) }
            #expect(
                failure.description
                    == "The private PostgreSQL did not start. The end of its log:\nFATAL: could not map memory")
        }
    }

    @Test func `is told when a path is too long for a socket`() throws {
        let folder = URL(fileURLWithPath: "/tmp/" + String(repeating: "long", count: 20))
        let reason = "the path of its socket would have 122 bytes, and the system allows 107"
        #expect(
            throws: PostgresFailure.unusableDirectory(path: folder.path + "/rewind-postgres-XXXXXX", reason: reason)
        ) { try PrivateDirectory.pattern(in: folder) }
    }

    @Test func `is told when there is no such directory`() throws {
        let path = "/nowhere/rewind-postgres-XXXXXX"
        let failure = PostgresFailure.unusableDirectory(path: path, reason: "No such file or directory")
        try withPrograms("exit 0") { programs in
            #expect(throws: failure) {
                try PrivatePostgres.start(in: URL(fileURLWithPath: "/nowhere"), with: programs)
            }
        }
        #expect(
            failure.description == "The directory \(path) can't hold a private PostgreSQL: No such file or directory.")
    }

    /// All of them the same shell script.
    private func withPrograms(_ script: String, _ body: (PostgresPrograms) throws -> Void) throws {
        try withFolder { folder in
            for name in ["initdb", "postgres", "psql"] {
                let path = folder.appendingPathComponent(name).path
                try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
            try body(PostgresPrograms(directory: folder.path))
        }
    }
}

@Suite struct `A required service` {
    private static let lists: [(list: String, required: [TestService], others: [TestService])] = [
        ("", [], [.sqlite, .postgres]),
        ("sqlite", [.sqlite], [.postgres]),
        ("sqlite,postgres", [.sqlite, .postgres], [.browser]),
        ("sqlite,browser", [.sqlite, .browser], [.postgres]),
        (" postgres , sqlite", [.sqlite, .postgres], []),
        ("postgresql", [], [.sqlite, .postgres]),
    ]

    @Test(arguments: lists)
    func `is one that the list names`(list: String, required: [TestService], others: [TestService]) {
        for service in required { #expect(service.isRequired(by: list)) }
        for service in others { #expect(!service.isRequired(by: list)) }
    }
}
