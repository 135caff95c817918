import Foundation

/// The programs of one installed version: `initdb`, `postgres`, `psql`.
struct PostgresPrograms: Sendable, Equatable {
    /// Where they are.
    let directory: String

    /// The oldest major version that will do.
    static let oldestVersion = 15

    var psql: String { directory + "/psql" }

    /// Looks where packages put them: what `pg_config` tells, Debian's directories from the newest, `PATH`, Homebrew's.
    /// - Throws: ``PostgresFailure/notInstalled``.
    static func find() throws -> PostgresPrograms { try find(in: usualDirectories) }

    /// The first of the directories that has a server that is new enough.
    static func find(in directories: [String]) throws -> PostgresPrograms {
        guard let directory = directories.first(where: isUsable) else { throw PostgresFailure.notInstalled }
        return PostgresPrograms(directory: directory)
    }

    private static var usualDirectories: [String] {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return configured(path) + debian + path + homebrew
    }

    /// `pg_config` comes with the client's headers, so what it names need not have a server.
    private static func configured(_ path: [String]) -> [String] {
        guard let program = path.map({ $0 + "/pg_config" }).first(where: isExecutable),
            let output = try? ChildProcess.run([program, "--bindir"]).output
        else { return [] }
        return [output.trimmingCharacters(in: .whitespacesAndNewlines)]
    }

    private static var debian: [String] {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
        return versions.sorted(by: >).map { "\(root)/\($0)/bin" }
    }

    private static var homebrew: [String] {
        ["/opt/homebrew", "/usr/local"].flatMap { root in
            let kegs = (try? FileManager.default.contentsOfDirectory(atPath: root + "/opt")) ?? []
            let newestFirst = kegs.filter { $0.hasPrefix("postgresql") }.sorted(by: >)
            return newestFirst.map { "\(root)/opt/\($0)/bin" } + [root + "/bin"]
        }
    }

    private static func isUsable(_ directory: String) -> Bool {
        guard ["initdb", "postgres", "psql"].allSatisfy({ isExecutable("\(directory)/\($0)") }),
            let output = try? ChildProcess.run(["\(directory)/postgres", "--version"]).output
        else { return false }
        return (majorVersion(in: output) ?? 0) >= oldestVersion
    }

    /// Of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `postgres (PostgreSQL) 18beta1`.
    static func majorVersion(in output: String) -> Int? {
        output.split(whereSeparator: \.isWhitespace).lazy.compactMap { Int($0.prefix(while: \.isNumber)) }.first
    }

    private static func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
}
