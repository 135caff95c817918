import Foundation
import Testing

@testable import TestServices

/// `kill -9` of the process that started it.
@Suite(.needsPostgres, .serialized) struct `The server of a process that ends` {
    @Test(arguments: [SIGKILL, SIGTERM, nil])
    func `goes away with it, and so does its directory`(signal: Int32?) throws {
        let child = try ChildProcess.start([try executable()])
        let words = try #require(child.line(within: 60)).split(separator: " ").map(String.init)
        let (server, directory) = (try #require(Int32(words[0])), words[1])
        let other = try #require(Int32(words[2]))
        defer { kill(other, SIGKILL) }
        #expect(!isGone(server))
        #expect(!isGone(directory))
        if let signal { kill(child.processID, signal) }
        child.end(within: 60)
        try eventually("the end of the server") { isGone(server) }
        try eventually("the end of its directory") { isGone(directory) }
        // It holds what its parent left open, and must not have held the watchdog's input.
        if signal != nil { #expect(!isGone(other)) }
    }

    @Test func `goes away when that was killed while its files were being made`() throws {
        let before = try privateDirectories()
        let child = try ChildProcess.start([try executable()])
        try eventually("its directory") { try privateDirectories() != before }
        kill(child.processID, SIGKILL)
        child.end(within: 60)
        try eventually("the end of its directory") { try privateDirectories().subtracting(before).isEmpty }
    }

    private func privateDirectories() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: "/tmp").filter { $0.hasPrefix("rewind-postgres-") })
    }

    /// Built beside the tests.
    private func executable() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("PostgresOwner").path
    }
}
