import TestServices
import Testing

/// What the service is tested on. Each has its tests where it is installed, or where `REQUIRE_SERVICES` names it.
enum DatabaseKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    static let tested = allCases.filter(\.service.isToBeTested)

    var service: TestService {
        switch self {
        case .sqlite: .sqlite
        case .postgres: .postgres
        }
    }

    var testDescription: String { rawValue }
}

extension Trait where Self == ConditionTrait {
    /// Skips tests that nothing but PostgreSQL can run, and says why.
    static var needsPostgres: Self {
        .enabled(if: TestService.postgres.isToBeTested, "\(TestService.postgres.absence)")
    }
}
