import Foundation
import TestServices
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips where PostgreSQL is missing, unless `REQUIRE_SERVICES` names it.
    static var needsPostgres: Self {
        .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence))
    }
}

/// What a test waited for did not happen.
struct DeadlinePassed: Error, CustomStringConvertible {
    let description: String
}

/// Waits until the condition holds, looking again and again, for far longer than any machine needs.
func eventually(_ what: String, _ holds: () throws -> Bool) throws {
    let start = ContinuousClock.now
    while try !holds() {
        guard ContinuousClock.now - start < .seconds(60) else {
            throw DeadlinePassed(description: "Waited in vain: \(what).")
        }
        poll(nil, 0, 5)
    }
}

func isGone(_ processID: Int32) -> Bool { kill(processID, 0) != 0 && errno == ESRCH }

func isGone(_ path: String) -> Bool { !FileManager.default.fileExists(atPath: path) }

/// A folder of the test's own, that other users may look into.
func withFolder(named name: String = "private", _ body: (URL) throws -> Void) throws {
    let folder = URL(fileURLWithPath: "/tmp/\(name)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
