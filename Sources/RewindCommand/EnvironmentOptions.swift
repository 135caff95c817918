import ArgumentParser
import Foundation

/// Search options from the environment: `REWIND_MAX_STEPS=1000` says what `--max-steps 1000` does.
///
/// They are put ahead of the arguments, of which the last to name an option counts: so the command line comes first, then
/// the environment, then whatever fills in what neither says.
struct EnvironmentOptions {
    /// The arguments, with those from the environment.
    let arguments: [String]
    /// The variables that were used, as `REWIND_SEED=7`, sorted.
    let used: [String]

    /// - Parameter arguments: of the command line, without the program's name.
    init(_ arguments: [String], environment: [String: String]) {
        guard let command = arguments.first, environment.keys.contains(where: { $0.hasPrefix(Self.prefix) }),
            Self.commandsThatSearch.contains(command)
        else {
            (self.arguments, used) = (arguments, [])
            return
        }
        var found: [(option: String, variable: String, value: String)] = []
        for option in Self.searchOptions {
            let variable = Self.variable(for: option)
            if let value = environment[variable], !value.isEmpty { found.append((option, variable, value)) }
        }
        self.arguments = [command] + found.map { "--\($0.option)=\($0.value)" } + arguments.dropFirst()
        used = found.map { "\($0.variable)=\($0.value)" }.sorted()
    }

    private static let prefix = "REWIND_"

    /// `max-steps` as `REWIND_MAX_STEPS`.
    static func variable(for option: String) -> String {
        prefix + option.uppercased().replacing("-", with: "_")
    }

    /// The long names of all search options, in the order of their help.
    static let searchOptions: [String] = help(SearchOptions._dumpHelp())?.command.longNames ?? []

    /// Commands that have all of them.
    static let commandsThatSearch: Set<String> = {
        let commands = help(RewindProgram._dumpHelp())?.command.subcommands ?? []
        return Set(commands.filter { Set($0.longNames).isSuperset(of: searchOptions) }.map(\.commandName))
    }()

    private static func help(_ text: String) -> Help? {
        try? JSONDecoder().decode(Help.self, from: Data(text.utf8))
    }
}

/// What Argument Parser tells of a command for its tools.
private struct Help: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let arguments: [Argument]?
        let subcommands: [Command]?

        /// But for those that every command has.
        var longNames: [String] {
            let names = (arguments ?? []).flatMap { $0.names ?? [] }
            return names.filter { $0.kind == "long" && !["help", "version"].contains($0.name) }.map(\.name)
        }
    }

    struct Argument: Decodable {
        let names: [Name]?
    }

    struct Name: Decodable {
        let kind, name: String
    }
}
