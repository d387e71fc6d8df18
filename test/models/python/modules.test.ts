import { describe, expect, test } from '@jest/globals';
import { PathModuleResolver } from '../../../src/models/python/modules.js';

const at = (resolver: PathModuleResolver, from: string, dotted: string): string | undefined => {
  const found = resolver.resolve(from, dotted);
  return found && `${found.path ?? '-'}${found.rest.length > 0 ? ` ${found.rest.join('.')}` : ''}`;
};

describe('where imports lead', () => {
  test('relative imports, through packages and above', () => {
    const modules = new PathModuleResolver([
      'app/__init__.py',
      'app/db/__init__.py',
      'app/db/pool.py',
      'app/api/routes.py',
    ]);
    expect(at(modules, 'app/api/routes.py', '..db.pool.acquire')).toBe('app/db/pool.py acquire');
    expect(at(modules, 'app/api/routes.py', '..db.connect')).toBe('app/db/__init__.py connect');
    expect(at(modules, 'app/__init__.py', '.db')).toBe('app/db/__init__.py');
    expect(at(modules, 'app/api/routes.py', '.....x')).toBeUndefined();
  });

  test('src layouts and several projects in one repository', () => {
    const modules = new PathModuleResolver([
      'services/a/src/shop/__init__.py',
      'services/a/src/shop/cart.py',
      'services/a/pyproject.toml',
      'services/b/shop/__init__.py',
      'services/b/shop/cart.py',
      'services/b/main.py',
    ]);
    expect(at(modules, 'services/a/src/shop/__init__.py', 'shop.cart.add')).toBe('services/a/src/shop/cart.py add');
    expect(at(modules, 'services/b/main.py', 'shop.cart')).toBe('services/b/shop/cart.py');
    expect(modules.moduleName('services/a/src/shop/cart.py')).toBe('shop.cart');
  });

  test('namespace packages, and modules imported from their own folder', () => {
    const modules = new PathModuleResolver([
      'app/core/settings.py',
      'app/main.py',
      'worker/run.py',
      'worker/helpers.py',
    ]);
    expect(at(modules, 'app/main.py', 'app.core.settings.URL')).toBe('app/core/settings.py URL');
    expect(at(modules, 'app/main.py', 'core.settings')).toBe('app/core/settings.py');
    expect(at(modules, 'worker/run.py', 'helpers.load')).toBe('worker/helpers.py load');
  });

  test('a package hides the module beside it', () => {
    const modules = new PathModuleResolver(['app/__init__.py', 'app/db.py', 'app/db/__init__.py']);
    expect(at(modules, 'app/__init__.py', 'app.db.x')).toBe('app/db/__init__.py x');
  });

  test("a folder's redis.py does not hide the redis package", () => {
    const modules = new PathModuleResolver(['polar/__init__.py', 'polar/redis.py', 'app/redis.py', 'app/main.py']);
    expect(at(modules, 'polar/__init__.py', 'redis.Redis')).toBeUndefined();
    expect(at(modules, 'app/main.py', 'redis.Redis')).toBeUndefined();
    expect(at(modules, 'app/main.py', 'app.redis.client')).toBe('app/redis.py client');
  });

  test('names from outside lead nowhere', () => {
    expect(at(new PathModuleResolver(['app/main.py']), 'app/main.py', 'numpy.linalg.inv')).toBeUndefined();
  });
});
