import type { Workspace } from '../../core/workspace.js';
import type { ColumnDefinition, ProjectType, SchemaChange } from '../../languages/sql/index.js';
import { isLibraryType, namedTypes, plainTypeOf } from '../../languages/sqlalchemy/index.js';
import { moduleResolver } from '../python/modules.js';
import type { ModuleResolver } from '../python/modules.js';

/** A type may be handed on by this many modules. */
const MAX_HOPS = 8;

/** What column types of the project's own are in PostgreSQL, followed through the imports of the files that use them. */
export class ProjectTypes {
  private readonly known = new Map<string, Promise<string | undefined>>();

  private constructor(
    private readonly workspace: Workspace,
    private readonly resolver: ModuleResolver,
  ) {}

  static async of(workspace: Workspace): Promise<ProjectTypes> {
    return new ProjectTypes(workspace, await workspace.model(moduleResolver));
  }

  /** The changes of a file with every type known that the repository says. */
  async settle(path: string, changes: readonly SchemaChange[]): Promise<readonly SchemaChange[]> {
    return changes.some(namesProjectType) ? Promise.all(changes.map((change) => this.change(path, change))) : changes;
  }

  private async change(path: string, change: SchemaChange): Promise<SchemaChange> {
    if (change.kind === 'create-table')
      return { ...change, columns: await Promise.all(change.columns.map((column) => this.column(path, column))) };
    if (change.kind === 'add-column') return { ...change, column: await this.column(path, change.column) };
    return change.kind === 'alter-type' ? this.column(path, change) : change;
  }

  async column<C extends Pick<ColumnDefinition, 'type' | 'typeUnknown' | 'projectType'>>(
    path: string,
    column: C,
  ): Promise<C> {
    if (column.projectType === undefined) return column;
    const type = await this.typeOf(path, column.projectType);
    if (type === undefined) return column;
    const { typeUnknown: _, ...rest } = column;
    return { ...rest, type } as C;
  }

  private typeOf(path: string, project: ProjectType): Promise<string | undefined> {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const key = `${folder}:${project.dotted}:${project.byName ?? ''}`;
    let type = this.known.get(key);
    if (type === undefined) this.known.set(key, (type = this.follow(path, project, 0)));
    return type;
  }

  private async follow(path: string, project: ProjectType, hops: number): Promise<string | undefined> {
    if (hops > MAX_HOPS) return undefined;
    if (isLibraryType(project.dotted)) return plainTypeOf(project.dotted);
    const found = this.resolver.resolve(path, project.dotted);
    // A package that is not here: its `JSON` may be anything, its `String` hardly.
    if (found?.path === undefined) return project.byName === 'json' ? undefined : project.byName;
    const [name, attribute] = found.rest;
    // `extensions.db.JSON`: an object of the module lends the library's types.
    if (name === undefined || attribute !== undefined) return project.byName;
    const module = await this.workspace.facts(namedTypes, found.path);
    const type = module?.types.get(name);
    if (type !== undefined) {
      if (type.unknown !== true) return type.type;
      return type.project === undefined ? undefined : this.follow(found.path, type.project, hops + 1);
    }
    const imported = module?.imports.get(name);
    const byName = project.byName === undefined ? {} : { byName: project.byName };
    if (imported !== undefined) return this.follow(found.path, { dotted: imported, ...byName }, hops + 1);
    for (const star of module?.stars ?? []) {
      const through = await this.follow(found.path, { dotted: `${star}.${name}`, ...byName }, hops + 1);
      if (through !== undefined) return through;
    }
    return undefined;
  }
}

function namesProjectType(change: SchemaChange): boolean {
  if (change.kind === 'create-table') return change.columns.some((column) => column.projectType !== undefined);
  if (change.kind === 'add-column') return change.column.projectType !== undefined;
  return change.kind === 'alter-type' && change.projectType !== undefined;
}
