// swift-tools-version: 6.1
import PackageDescription

/// DocC is a developer's tool: only `make docs` pays for resolving and building it.
let documentation: [Package.Dependency] =
    Context.environment["REWIND_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0")]

/// What `rewind --version` says of the commit: `make` sets it. Only one file of C sees it, so that another commit rebuilds
/// nothing else.
let revision: [CSetting] =
    Context.environment["REWIND_REVISION"].map { [.define("REWIND_REVISION", to: "\"\($0)\"")] } ?? []

let package = Package(
    name: "rewind",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Rewind", targets: ["Rewind"]),
        .library(name: "RewindHTTP", targets: ["RewindHTTP"]),
        .library(name: "RewindSQLite", targets: ["RewindSQLite"]),
        .library(name: "RewindPostgres", targets: ["RewindPostgres"]),
        .library(name: "RewindReport", targets: ["RewindReport"]),
        .library(name: "HyperswitchSandbox", targets: ["HyperswitchSandbox"]),
        .library(name: "Money", targets: ["Money"]),
        .library(name: "PaymentProviders", targets: ["PaymentProviders"]),
        .library(name: "Hyperswitch", targets: ["Hyperswitch"]),
        .library(name: "IdempotencyConformance", targets: ["IdempotencyConformance"]),
        .executable(name: "rewind", targets: ["RewindCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ] + documentation,
    targets: [
        // The core: exploration, change sets, identity, laws. No I/O.
        .target(name: "Rewind", dependencies: ["CXXHash"]),

        // One adapter each, on the driver it names.
        .target(name: "RewindHTTP", dependencies: ["Rewind", "HTTPClient", "ExactJSON"]),
        .target(name: "RewindSQLite", dependencies: ["Rewind", "SQLiteDriver"]),
        .target(name: "RewindPostgres", dependencies: ["Rewind", "PostgresDriver"]),
        .target(
            name: "RewindReport",
            dependencies: ["Rewind", "ExactJSON", "Digests"],
            resources: [.embedInCode("HTML/Page/report.css"), .embedInCode("HTML/Page/report.js")]),

        // Explorations without Swift: the YAML format, what it says, and how that is carried out.
        .target(
            name: "ExplorationFiles",
            dependencies: [
                "Rewind", "RewindHTTP", "ExactJSON", "Money", "SQLiteDriver", .product(name: "Yams", package: "Yams"),
            ]),

        // First explorations, from what describes an API already.
        .target(name: "ExplorationDrafts", dependencies: ["ExplorationFiles", "ExactJSON"]),

        // HTTP as a client, for whoever calls an API; JSON to the digit.
        .target(name: "HTTPClient", dependencies: ["CCurl"]),
        .target(name: "ExactJSON"),

        // The reference service, and what it stands on.
        .target(name: "Money"),
        .target(name: "SQLiteDriver", dependencies: ["CSQLite"]),
        .target(name: "PostgresDriver", dependencies: ["CPostgres"]),
        .target(name: "HTTPServer", dependencies: ["CMicroHTTPD"]),
        .target(name: "Orders", dependencies: ["Money"]),
        .target(
            name: "OrdersServer",
            dependencies: [
                "Orders", "Money", "Digests", "PaymentProviders", "HTTPServer", "SQLiteDriver", "PostgresDriver",
            ], resources: [.embedInCode("API/openapi.json")]),

        // A private PostgreSQL, for demos and tests.
        .target(name: "TestServices"),

        // Payment providers: what a service asks of one, and Hyperswitch.
        .target(name: "Digests", dependencies: ["CCrypto"]),
        .target(name: "PaymentProviders", dependencies: ["Money", "Digests"]),
        .target(
            name: "Hyperswitch", dependencies: ["PaymentProviders", "Money", "Digests", "HTTPClient", "ExactJSON"]),
        .target(
            name: "HyperswitchSandbox",
            dependencies: ["Rewind", "HTTPServer", "HTTPClient", "ExactJSON", "Digests", "Money"]),

        // What an Idempotency-Key must do, checked against a running API.
        .target(name: "IdempotencyConformance", dependencies: ["HTTPClient", "ExactJSON"]),

        // The tutorial, and the program that runs it.
        .target(
            name: "Payments", dependencies: ["Rewind", "RewindHTTP", "Money"],
            path: "Examples/Payments"),
        .target(
            name: "ProviderExplorations", dependencies: ["Rewind", "RewindHTTP", "Money", "HyperswitchSandbox"],
            path: "Examples/Provider"),
        .executableTarget(
            name: "tutorial", dependencies: ["Payments", "Rewind", "RewindHTTP", "RewindPostgres", "RewindSQLite"],
            path: "Examples/Tutorial"),
        .executableTarget(
            name: "RewindCommand",
            dependencies: [
                "Rewind", "RewindHTTP", "RewindPostgres", "RewindSQLite", "RewindReport", "ExplorationFiles",
                "PostgresDriver", "SQLiteDriver", "HTTPClient", "ExactJSON", "Digests", "Orders", "OrdersServer",
                "Payments",
                "ProviderExplorations", "HyperswitchSandbox", "Hyperswitch", "PaymentProviders", "TestServices",
                "ExplorationDrafts", "IdempotencyConformance", "CRevision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(name: "CRevision", cSettings: revision),

        .executableTarget(
            name: "RewindBenchmarks",
            dependencies: [
                "Rewind", "RewindHTTP", "RewindPostgres", "RewindSQLite", "PostgresDriver", "SQLiteDriver",
                "OrdersServer",
                "Payments", "TestServices",
            ],
            path: "Benchmarks", exclude: ["peers"]),

        // Unit tests need no server; the others start what they need themselves.
        .testTarget(name: "MoneyTests", dependencies: ["Money"]),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
        .testTarget(name: "PaymentProvidersTests", dependencies: ["PaymentProviders", "Money"]),
        .testTarget(
            name: "HyperswitchSandboxTests",
            dependencies: [
                "HyperswitchSandbox", "RewindCommand", "Rewind", "HTTPServer", "HTTPClient", "ExactJSON", "Digests",
                "CommandSupport",
            ]),
        .testTarget(
            name: "HyperswitchTests",
            dependencies: ["Hyperswitch", "PaymentProviders", "Money", "HTTPServer", "RawServer"]),
        .testTarget(name: "RewindTests", dependencies: ["Rewind"]),
        .testTarget(
            name: "RewindSQLiteTests", dependencies: ["ExactnessSupport", "RewindSQLite", "Rewind", "SQLiteDriver"]),
        .testTarget(
            name: "RewindPostgresTests",
            dependencies: ["ExactnessSupport", "RewindPostgres", "Rewind", "PostgresDriver", "TestServices"]),
        .target(name: "ExactnessSupport", dependencies: ["Rewind"], path: "Tests/ExactnessSupport"),
        .testTarget(name: "RewindHTTPTests", dependencies: ["RewindHTTP", "Rewind", "HTTPServer", "RawServer"]),
        .testTarget(
            name: "OrdersTests",
            dependencies: [
                "OrdersServer", "Orders", "Money", "PaymentProviders", "SQLiteDriver", "PostgresDriver", "TestServices",
                "RewindHTTP", "Rewind", "DatabaseSupport",
            ]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "CommandSupport", "RewindCommand", "Orders", "OrdersServer", "Payments", "ProviderExplorations",
                "Hyperswitch", "HyperswitchSandbox", "PaymentProviders", "Rewind", "RewindHTTP", "RewindReport",
                "RewindSQLite", "SQLiteDriver", "HTTPServer", "TestServices", "ExplorationFiles",
                .product(name: "Yams", package: "Yams"),
            ]),
        .testTarget(
            name: "PostgresEndToEndTests",
            dependencies: [
                "CommandSupport", "RewindCommand", "Rewind", "RewindHTTP", "RewindPostgres", "TestServices",
            ],
            exclude: ["PythonAPI"]),
        .testTarget(
            name: "ContractTests",
            dependencies: [
                "CommandSupport", "RewindCommand", "HyperswitchSandbox", "HTTPServer", "HTTPClient", "ExactJSON",
                "PaymentProviders", "SQLiteDriver", "PostgresDriver", "TestServices", "DatabaseSupport",
            ]),
        .target(
            name: "DatabaseSupport", dependencies: ["SQLiteDriver", "PostgresDriver"], path: "Tests/DatabaseSupport"),
        .target(name: "RawServer", path: "Tests/RawServer"),
        .target(name: "CommandSupport", path: "Tests/CommandSupport"),
        .testTarget(
            name: "ExplorationFilesTests",
            dependencies: ["ExplorationFiles", "Rewind", "RewindHTTP", "ExactJSON", "HTTPServer", "SQLiteDriver"],
            exclude: ["Malformed"]),
        .testTarget(name: "RewindReportTests", dependencies: ["RewindReport", "Rewind", "CommandSupport"]),
        .testTarget(
            name: "BrowserTests",
            dependencies: ["CommandSupport", "RewindCommand", "RewindReport", "Rewind", "TestServices"],
            exclude: ["Browser"]),
        .testTarget(name: "TestServicesTests", dependencies: ["TestServices", "PostgresOwner"]),
        .executableTarget(name: "PostgresOwner", dependencies: ["TestServices"], path: "Tests/PostgresOwner"),
        .testTarget(
            name: "ExplorationDraftsTests", dependencies: ["ExplorationDrafts", "ExplorationFiles"],
            exclude: ["Fixtures", "Golden"]),
        .testTarget(
            name: "IdempotencyConformanceTests",
            dependencies: [
                "IdempotencyConformance", "ExactJSON", "HTTPServer", "HyperswitchSandbox", "Hyperswitch",
                "PaymentProviders", "OrdersServer", "Orders", "Digests", "CommandSupport", "RewindCommand",
            ]),
        .testTarget(name: "TidyTests"),

        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]),
        .systemLibrary(
            name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),
    ],
    swiftLanguageModes: [.v6]
)
