/// Everything an exploration touches: the systems it rewinds and the services it calls.
///
/// ```swift
/// let world = World(systems: [database]).providing(api)
/// ```
public struct World: Sendable {
    /// The systems whose changes are captured and undone, in the order given.
    public let systems: [any RewindableSystem]
    private(set) var services: [ObjectIdentifier: any Sendable] = [:]

    public init(systems: [any RewindableSystem] = []) {
        self.systems = systems
    }

    /// The same world with a service that actions can ask for by its type. A second of one type replaces the first.
    public func providing<Service: Sendable>(_ service: Service) -> World {
        var copy = self
        copy.services[ObjectIdentifier(Service.self)] = service
        return copy
    }

    /// The same world seen from another thread: what can be had once more is connected anew.
    func connected(on thread: WorkerThread, through lane: StartingGate.Lane) throws -> World {
        var copy = self
        for (type, service) in services {
            guard let service = service as? any ConcurrentService else { continue }
            copy.services[type] = try service.connected(on: thread, through: lane)
        }
        return copy
    }

    /// The service of that type.
    /// - Throws: ``MissingFromWorld`` when the world was made without one.
    public func service<Service: Sendable>(_ type: Service.Type) throws -> Service {
        guard let found = services[ObjectIdentifier(type)] as? Service else {
            throw MissingFromWorld(what: "service of type \(type)", remedy: "add it with World.providing(_:)")
        }
        return found
    }

    /// The first system of that type, or the one of that name.
    /// - Throws: ``MissingFromWorld`` when there is none.
    public func system<System: RewindableSystem>(_ type: System.Type, named name: String? = nil) throws -> System {
        for case let system as System in systems where name == nil || system.name == name { return system }
        let described = name.map { "system named “\($0)” of type \(type)" } ?? "system of type \(type)"
        throw MissingFromWorld(what: described, remedy: "pass it to World(systems:)")
    }
}

/// An action or invariant asked the world for something it does not have.
public struct MissingFromWorld: Error, CustomStringConvertible {
    let what: String
    let remedy: String

    public var description: String { "The world has no \(what): \(remedy)." }
}
