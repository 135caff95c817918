import Foundation

/// A service that tests need, and that a machine may lack.
public enum TestService: String, Sendable, CaseIterable {
    case sqlite
    case postgres
    /// Chromium, and what drives it.
    case browser

    /// Whether tests of it are to run: it is there, or the environment variable `REQUIRE_SERVICES` names it, such as
    /// `REQUIRE_SERVICES=sqlite,postgres`. Then its absence fails tests instead of skipping them.
    public var isToBeTested: Bool { isThere || isRequired }

    /// Whether `REQUIRE_SERVICES` names it.
    public var isRequired: Bool { isRequired(by: ProcessInfo.processInfo.environment["REQUIRE_SERVICES"] ?? "") }

    /// What to tell of tests that were skipped.
    public var absence: String {
        switch self {
        case .sqlite: "SQLite is missing."
        case .postgres: PostgresFailure.notInstalled.description
        case .browser: "Chromium is missing, or its driver, or python3-selenium: make test installs them."
        }
    }

    /// Whether a list of services, separated by commas, names it.
    func isRequired(by list: String) -> Bool {
        list.split(separator: ",").contains { $0.trimmingCharacters(in: .whitespaces) == rawValue }
    }

    private static let partsOfTheBrowser = [
        "/usr/bin/chromium", "/usr/bin/chromedriver", "/usr/lib/python3/dist-packages/selenium",
    ]

    private var isThere: Bool {
        switch self {
        case .sqlite: true
        case .postgres: (try? PostgresPrograms.find()) != nil
        case .browser: Self.partsOfTheBrowser.allSatisfy(FileManager.default.fileExists)
        }
    }
}

extension PrivatePostgres {
    /// The server that all tests of this process share: started by the first that asks, stopped when the process ends.
    /// Take a database of your own on it.
    /// - Throws: ``PostgresFailure``, to each that asks.
    public static func shared() throws -> PrivatePostgres { try sharedServer.get() }

    private static let sharedServer = Result {
        let server = try start()
        atexit { try? shared().stop() }
        return server
    }
}
