import type { Arm, ArmShop } from './lockstep.ts';
import { LIST_SIZE } from './sizes.ts';

/** Nothing is shown; people draw whether they look all the same, so that they are the same people. */
export const noLists = async (): Promise<Arm> => ({ current: () => undefined });

/**
 * The bound: the items that the person of the moment is likeliest to look at next and put into the cart, by the shop's own
 * chances. A cart is bought whole, so what comes after does not depend on the item.
 */
export const oracleLists = async ({ truth, clock }: ArmShop): Promise<Arm> => {
  const ids = truth.itemIds();
  return {
    current: (subject) => {
      const at = clock();
      const looks = truth.nextItemProbabilities(subject, at);
      const carts = truth.cartChances(subject, at);
      if (looks === undefined || carts === undefined) return undefined;
      const chances = looks.map((chance, item) => chance * (carts[item] as number));
      const order = [...chances.keys()].sort((a, b) => (chances[b] as number) - (chances[a] as number));
      return { recommId: 'oracle', items: order.slice(0, LIST_SIZE).map((item) => ids[item] as string) };
    },
  };
};
