import Foundation
import Testing

@testable import TestServices

/// `kill -9` of the process that started it.
@Suite(.needsPostgres, .serialized) struct `The server of a process that ends` {
    @Test(arguments: [SIGKILL, SIGTERM, nil])
    func `goes away with it, and so does its directory`(signal: Int32?) throws {
        try withFolder { folder in
            let owner = try ChildProcess.start([try executable(), folder.path])
            let words = try #require(owner.line(within: 60)).split(separator: " ").map(String.init)
            let (server, other) = (try #require(Int32(words[0])), try #require(Int32(words[2])))
            defer { kill(other, SIGKILL) }
            #expect(!isGone(server))
            #expect(words[1].hasPrefix(folder.path))
            if let signal { kill(owner.processID, signal) }
            owner.end(within: 60)
            try eventually("the end of the server") { isGone(server) }
            try eventually("the end of its directory") { try isEmpty(folder) }
            // It inherits what its parent leaves open, and must not have held the watchdog's input.
            if signal != nil { #expect(!isGone(other)) }
        }
    }

    @Test func `goes away when that was killed while its files were being made`() throws {
        try withFolder { folder in
            let owner = try ChildProcess.start([try executable(), folder.path])
            try eventually("its directory") { try !isEmpty(folder) }
            kill(owner.processID, SIGKILL)
            owner.end(within: 60)
            try eventually("the end of its directory") { try isEmpty(folder) }
        }
    }

    private func isEmpty(_ folder: URL) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty
    }

    /// Built beside the tests.
    private func executable() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("PostgresOwner").path
    }
}
